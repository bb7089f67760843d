/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.testkit.Runs.DIRECT;
import static io.anabranch.transforms.testkit.Runs.FLINK_STEP_BY_STEP;
import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.at;
import static io.anabranch.transforms.testkit.Script.epoch;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.definition.WindowedDefinition;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.testkit.Recording;
import io.anabranch.transforms.testkit.Recording.How;
import io.anabranch.transforms.testkit.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of 10 minutes, lateness 5 minutes, epochs of an hour. */
@Timeout(300)
class StoreWindowsTest {
  private static final OpenSlice SLICE =
      new OpenSlice(1, new Fence("sessions", 2, 3, Epochs.NONE), EpochRange.ALL, 5);
  private static final long FIRST = epoch("2026-03-01T10:00:00Z");
  private final Recording store = new Recording();

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STEP_BY_STEP})
  void sessionIsStoredOnceWithTheEpochThatCompletesIt(String runner) {
    run(
        runner,
        new Counted(),
        EpochRange.ALL,
        events()
            .advanceWatermarkTo(at("2026-03-01T09:55:00Z"))
            .addElements(event("2026-03-01T10:00:00Z", "a"))
            // Out of order, and together one session of [10:00, 10:19).
            .addElements(event("2026-03-01T10:09:00Z", "a"), event("2026-03-01T10:05:00Z", "a"))
            // Ends at 10:55, just before the line of the first epoch ...
            .addElements(event("2026-03-01T10:45:00Z", "b"))
            // ... and this one a millisecond after it.
            .addElements(event("2026-03-01T10:45:00.001Z", "c"))
            .advanceWatermarkTo(at("2026-03-01T10:55:00Z"))
            .advanceWatermarkTo(at("2026-03-01T11:55:00Z"))
            .advanceWatermarkToInfinity());

    assertThat(
        rows(),
        containsInAnyOrder(
            "epoch +0 2026-03-01T10:00:00Z PT19M a 3",
            "epoch +0 2026-03-01T10:45:00Z PT10M b 1",
            "epoch +1 2026-03-01T10:45:00.001Z PT10M c 1"));
  }

  @Test
  void windowsOfOtherEpochsAreLeftOut() {
    run(
        DIRECT,
        new Counted(),
        new EpochRange(FIRST, FIRST + 1),
        events()
            .addElements(event("2026-03-01T10:30:00Z", "before"))
            .addElements(event("2026-03-01T11:30:00Z", "of it"))
            .addElements(event("2026-03-01T12:30:00Z", "after"))
            .advanceWatermarkToInfinity());

    assertThat(rows(), contains("epoch +1 2026-03-01T11:30:00Z PT10M of it 1"));
    assertThat(store.writes().get(0).how(), is(How.WRITE_UNLESS_SUSPENDED));
  }

  @Test
  void twoRowsOfOneWindowAndKeyFailTheRun() {
    Throwable error =
        assertThrows(
            RuntimeException.class,
            () ->
                run(
                    DIRECT,
                    new Twice(),
                    EpochRange.ALL,
                    events()
                        .addElements(event("2026-03-01T10:30:00Z", "a"))
                        .advanceWatermarkToInfinity()));

    assertThat(
        error.getMessage(),
        containsString(
            "view \"sessions\" gives two rows of key \"a\" in the window"
                + " [2026-03-01T10:30:00.000Z, 2026-03-01T10:40:00.000Z): a row is known by its"
                + " window and its key"));
    assertThat(store.writes(), is(empty()));
  }

  @Test
  void windowOfAnotherKindThatIsLongerThanTheLookbackFailsTheRun() {
    Throwable error =
        assertThrows(
            RuntimeException.class,
            () ->
                run(
                    DIRECT,
                    new Halves(),
                    EpochRange.ALL,
                    events()
                        .addElements(event("2026-03-01T10:30:00Z", "a"))
                        .advanceWatermarkToInfinity()));

    assertThat(
        error.getMessage(),
        containsString(
            "has the window [2026-03-01T00:00:00.000Z, 2026-03-01T12:00:00.000Z), which is longer"
                + " than its lookback, PT1H"));
    assertThat(store.writes(), is(empty()));
  }

  private void run(
      String runner,
      PTransform<PCollection<String>, PCollection<KV<String, Long>>> transform,
      EpochRange owned,
      TestStream<String> events) {
    WindowedDefinition<String, String, Long> view =
        ViewDefinition.of(
            MaterializedView.of(String.class, "sessions")
                .lateness(Duration.ofMinutes(5))
                .lookback(Duration.ofHours(1))
                .rows(transform),
            EventFormat.<String>lines(line -> line)
                .timestamp(line -> Instant.EPOCH)
                .coder(StringUtf8Coder.of()));
    Pipeline pipeline = Runs.pipeline(runner);
    pipeline
        .apply("Events", events)
        .apply("Rows", view.rows())
        .setCoder(view.rowCoder())
        .apply("Store", StoreWindows.of(view, EPOCHS, owned, SLICE, store.settings()));
    Runs.run(pipeline);
  }

  private List<String> rows() {
    return store.rows().stream().map(StoreWindowsTest::told).toList();
  }

  private static String told(StoredRow row) {
    long value = row.accumulator()[0];
    return "epoch +"
        + (row.epoch() - FIRST)
        + " "
        + Instant.ofEpochMilli(row.bucket())
        + " "
        + Duration.ofMillis(row.length())
        + " "
        + row.keyText()
        + " "
        + value;
  }

  private static TestStream.Builder<String> events() {
    return TestStream.create(StringUtf8Coder.of());
  }

  private static TimestampedValue<String> event(String time, String word) {
    return TimestampedValue.of(word, at(time));
  }

  /** Counts words in sessions. */
  private static class Counted
      extends PTransform<PCollection<String>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<String> words) {
      return words
          .apply(
              "Sessions",
              Window.into(Sessions.withGapDuration(org.joda.time.Duration.standardMinutes(10))))
          .apply("Count", Count.perElement());
    }
  }

  /** Counts words by half days, by windows that nobody knows. */
  private static final class Halves
      extends PTransform<PCollection<String>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<String> words) {
      return words.apply("Halves", Window.into(new HalfDays())).apply("Count", Count.perElement());
    }
  }

  private static final class HalfDays extends PartitioningWindowFn<String, IntervalWindow> {
    private static final long serialVersionUID = 1L;
    private static final long LENGTH = Duration.ofHours(12).toMillis();

    @Override
    public IntervalWindow assignWindow(org.joda.time.Instant time) {
      long start = Math.floorDiv(time.getMillis(), LENGTH) * LENGTH;
      return new IntervalWindow(
          org.joda.time.Instant.ofEpochMilli(start),
          org.joda.time.Instant.ofEpochMilli(start + LENGTH));
    }

    @Override
    @SuppressWarnings("deprecation") // Beam calls it still
    public boolean isCompatible(WindowFn<?, ?> other) {
      return other instanceof HalfDays;
    }

    @Override
    public Coder<IntervalWindow> windowCoder() {
      return IntervalWindow.getCoder();
    }
  }

  /** Gives each row twice. */
  private static final class Twice extends Counted {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<String> words) {
      Coder<KV<String, Long>> coder = KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());
      return super.expand(words).apply("Twice", ParDo.of(new TwiceFn())).setCoder(coder);
    }
  }

  private static final class TwiceFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element KV<String, Long> row, OutputReceiver<KV<String, Long>> out) {
      out.output(row);
      out.output(row);
    }
  }
}
