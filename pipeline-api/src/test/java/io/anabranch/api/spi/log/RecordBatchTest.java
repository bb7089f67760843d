/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasToString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.LogRecord;
import java.util.Map;
import org.junit.jupiter.api.Test;

public class RecordBatchTest {

  @Test
  void recordsAreFoundByTheirPlace() {
    RecordBatch batch = batch(7, "segment-1", "a", "", "ccc");

    assertThat(batch.size(), is(3));
    assertThat(text(batch, 0), is("a"));
    assertThat(text(batch, 1), is(""));
    assertThat(text(batch, 2), is("ccc"));
    assertThat(batch.start(2), is(1));
    assertThat(batch.end(2), is(4));
    assertThat(batch.position(2), is(200L));
    assertThat(batch.place(1), is(new LogPlace(7, "segment-1", 100)));
    assertThat(batch.place(1), hasToString("segment-1@100"));
    assertThat(batch, hasToString("3 records of epoch 7 from segment-1"));
  }

  @Test
  void recordsBeyondTheFirstCapacityAreKept() {
    RecordBatch.Builder builder = RecordBatch.of(1, "p");
    for (int i = 0; i < 1_000; i++) {
      byte[] bytes = Integer.toString(i).getBytes(UTF_8);
      builder.add(i * 3L, bytes, 0, bytes.length);
    }

    RecordBatch batch = builder.build();

    assertThat(builder.size(), is(1_000));
    assertThat(builder.bytes(), is(2_890));
    assertThat(batch.size(), is(1_000));
    for (int i = 0; i < 1_000; i++) {
      assertThat(text(batch, i), is(Integer.toString(i)));
      assertThat(batch.position(i), is(i * 3L));
    }
  }

  @Test
  void keysHeadersAndMissingValuesAreKeptBesideRecordsWithoutAny() {
    RecordBatch.Builder builder = RecordBatch.of(1, "p");
    for (int i = 0; i < 100; i++) { // beyond the first capacity
      builder.add(i, new byte[] {'x'}, 0, 1);
    }
    RecordBatch batch =
        builder
            .add(100, LogRecord.of(new byte[] {'v'}, new byte[] {'k'}, Map.of("h", new byte[] {1})))
            .add(101, LogRecord.of(null, new byte[] {'k'}, Map.of()))
            .build();

    LogRecord plain = batch.cursor().at(99);
    LogRecord keyed = batch.cursor().at(100);
    LogRecord deleted = batch.cursor().at(101);

    assertThat(plain.key().isPresent() || !plain.headers().isEmpty(), is(false));
    assertThat(plain.hasValue(), is(true));
    assertThat(keyed.key().orElseThrow(), is(new byte[] {'k'}));
    assertThat(keyed.header("h").orElseThrow(), is(new byte[] {1}));
    assertThat(keyed.array()[keyed.offset()], is((byte) 'v'));
    assertThat(deleted.hasValue(), is(false));
    assertThat(deleted.length(), is(0));
  }

  @Test
  void partsHoldTheRecordsAsTheyAreAndOnlyTheLastSaysHowFarTheLogIsRead() {
    LogPosition position = LogPosition.of("p", 102);
    RecordBatch batch =
        RecordBatch.of(1, "p")
            .add(100, new byte[] {'a'}, 0, 1)
            .add(101, LogRecord.of(null, new byte[] {'k'}, Map.of("h", new byte[] {1})))
            .readThrough(position)
            .build();

    assertThat(
        batch.part(0, 1), is(RecordBatch.of(1, "p").add(100, new byte[] {'a'}, 0, 1).build()));
    assertThat(
        batch.part(1, 2),
        is(
            RecordBatch.of(1, "p")
                .add(101, LogRecord.of(null, new byte[] {'k'}, Map.of("h", new byte[] {1})))
                .readThrough(position)
                .build()));
    assertThat(batch.part(0, 2), is(batch));
    assertThrows(IndexOutOfBoundsException.class, () -> batch.part(1, 3));
  }

  @Test
  void batchIsNotChangedByWhatIsAddedLater() {
    byte[] bytes = {'x', 'a', 'y'};
    RecordBatch.Builder builder = RecordBatch.of(1, "p").add(0, bytes, 1, 1);
    RecordBatch batch = builder.build();

    bytes[1] = 'b';
    builder.add(1, bytes, 0, 3);

    assertThat(batch.size(), is(1));
    assertThat(text(batch, 0), is("a"));
    assertThat(builder.build().size(), is(2));
  }

  @Test
  void equalIfEveryPartIs() {
    RecordBatch batch = batch(1, "p", "a", "b");

    assertThat(batch(1, "p", "a", "b"), equalTo(batch));
    assertThat(batch(1, "p", "a", "b").hashCode(), is(batch.hashCode()));
    assertThat(batch(2, "p", "a", "b"), not(batch));
    assertThat(batch(1, "q", "a", "b"), not(batch));
    assertThat(batch(1, "p", "ab", ""), not(batch));
    assertThat(batch(1, "p", "a", "c"), not(batch));
    assertThat(batch(1, "p", "a"), not(batch));
  }

  @Test
  void emptyBatchHasNoBytes() {
    RecordBatch batch = RecordBatch.of(1, "p").build();

    assertThat(batch.size(), is(0));
    assertThat(batch.data().length, is(0));
  }

  public static RecordBatch batch(long epoch, String origin, String... records) {
    RecordBatch.Builder builder = RecordBatch.of(epoch, origin);
    for (int i = 0; i < records.length; i++) {
      byte[] bytes = records[i].getBytes(UTF_8);
      builder.add(i * 100L, bytes, 0, bytes.length);
    }
    return builder.build();
  }

  private static String text(RecordBatch batch, int record) {
    return new String(batch.bytes(record), UTF_8);
  }
}
