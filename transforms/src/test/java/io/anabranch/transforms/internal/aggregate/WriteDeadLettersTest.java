/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.testkit.Runs.DIRECT;
import static io.anabranch.transforms.testkit.Runs.FLINK_BATCH;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.DeadLetterCoder;
import io.anabranch.transforms.internal.store.WriteDeadLetters;
import io.anabranch.transforms.testkit.Recording;
import io.anabranch.transforms.testkit.Runs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class WriteDeadLettersTest {
  private final Recording store = new Recording();

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_BATCH})
  void lettersAreStoredWholeAndABundleAtATime(String runner) {
    run(runner, 1_000, 20);

    List<DeadLetter> stored = stored();
    assertThat(stored.size(), is(1_000));
    for (int i = 0; i < 1_000; i++) {
      assertThat(stored.get(i), is(letter(i, 20)));
    }
    assertThat(store.letters().size(), is(lessThan(50)));
    assertThat("stores still open", store.stillOpen(), is(0));
  }

  @Test
  void largeRecordsAreStoredBeforeTheyFillTheMemory() {
    run(DIRECT, 10, 3 << 20);

    assertThat(stored().size(), is(10));
    assertThat(store.letters().get(0).generations(), is(Map.of("sums", 5L)));
    assertThat(
        store.letters().stream().map(letters -> letters.letters().size()).toList(),
        everyItem(is(lessThanOrEqualTo(3))));
  }

  @Test
  void manyEmptyRecordsAreStoredBeforeTheyFillTheMemory() {
    run(DIRECT, 100_000, 0);

    assertThat(stored().size(), is(100_000));
    assertThat(
        store.letters().stream().map(letters -> letters.letters().size()).toList(),
        everyItem(is(lessThan(50_000))));
    assertThat(store.letters().size(), is(greaterThan(2)));
  }

  @Test
  void withoutLettersTheStoreIsLeftAlone() {
    run(DIRECT, 0, 0);

    assertThat(store.calls(), is(empty()));
  }

  @Test
  void storeThatFailsMakesThePipelineFailRatherThanLoseLetters() {
    store.failing(1);

    assertThrows(RuntimeException.class, () -> run(DIRECT, 10, 20));
  }

  private List<DeadLetter> stored() {
    List<DeadLetter> stored = new ArrayList<>();
    store.letters().forEach(letters -> stored.addAll(letters.letters()));
    stored.sort(Comparator.comparing(letter -> letter.place().position()));
    return stored;
  }

  /** Makes the letters in one bundle, as a source does that hands out batches of records. */
  private void run(String runner, int letters, int bytes) {
    Pipeline pipeline = Runs.pipeline(runner);
    pipeline
        .apply("Count", Create.of(letters))
        .apply("Letters", ParDo.of(new LettersFn(bytes)))
        .setCoder(DeadLetterCoder.of())
        .apply("Store", WriteDeadLetters.to(store.settings(), List.of(Contributions.SLICE)));
    Runs.run(pipeline);
  }

  private static DeadLetter letter(int position, int bytes) {
    byte[] record = new byte[bytes];
    if (bytes > 0) {
      record[0] = (byte) position;
    }
    return new DeadLetter(new LogPlace(1, "segment-1", position), "error " + position, record);
  }

  private static final class LettersFn extends DoFn<Integer, DeadLetter> {
    private static final long serialVersionUID = 1L;
    private final int bytes;

    LettersFn(int bytes) {
      this.bytes = bytes;
    }

    @ProcessElement
    public void process(@Element Integer count, OutputReceiver<DeadLetter> out) {
      for (int i = 0; i < count; i++) {
        out.output(letter(i, bytes));
      }
    }
  }
}
