/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.internal.aggregate.Contributions.BUCKET;
import static io.anabranch.transforms.internal.aggregate.Contributions.SLICE;
import static io.anabranch.transforms.testkit.Runs.DIRECT;
import static io.anabranch.transforms.testkit.Runs.FLINK_STEP_BY_STEP;
import static io.anabranch.transforms.testkit.Runs.FLINK_STREAMING;
import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.at;
import static io.anabranch.transforms.testkit.Script.epoch;
import static io.anabranch.transforms.testkit.Script.event;
import static io.anabranch.transforms.testkit.Script.stream;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.store.MarkProgress;
import io.anabranch.transforms.testkit.Recording;
import io.anabranch.transforms.testkit.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class MarkProgressTest {
  private static final Duration REFRESH = Duration.ofSeconds(1);
  private static final org.joda.time.Duration PAST_REFRESH = org.joda.time.Duration.millis(1_001);
  private static final org.joda.time.Duration LETTERS_WAIT =
      org.joda.time.Duration.standardHours(1);
  private static final long FIRST = epoch("2026-03-01T10:00:00Z");

  /** Short bundles, for they hold the watermark, and an end where the source ends. */
  private static final String FLINK_FOLLOWING =
      FLINK_STREAMING
          + " --autoWatermarkInterval=20 --maxBundleTimeMills=20 --shutdownSourcesAfterIdleMs=0";

  private final Recording store = new Recording();
  private final Contributions.Fold fold = new Contributions.Fold();

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_FOLLOWING})
  void epochIsCompleteOnlyOnceAllItsRowsAreStored(String runner) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<List<PacedSource.Event>> epochs = new ArrayList<>();
    for (long epoch = FIRST; epoch < FIRST + 5; epoch++) {
      List<PacedSource.Event> events = new ArrayList<>();
      for (int i = random.nextInt(100); i > 0; i--) {
        // Up to 90 days late, and up to 90 days ahead.
        long eventTime =
            EPOCHS.start(epoch).toEpochMilli() + random.nextLong(-90, 90) * 86_400_000L;
        String key = "k" + random.nextInt(20);
        long value = random.nextLong(100);
        fold.add(epoch, eventTime, key, value);
        events.add(new PacedSource.Event(eventTime, key + " " + value));
      }
      epochs.add(events);
    }

    PipelineResult result = run(runner, Read.from(new PacedSource(FIRST, epochs, store)));

    String because = "seed " + seed;
    assertThat(because, Contributions.kept(store.rows()), is(fold.rows()));
    assertThat(because, Runs.dropped(result), is(0L));
    // Flink moves the watermark to the time of day before the input ends, so a mark may follow.
    assertThat(
        because,
        store.completed().subList(0, 5),
        contains(FIRST, FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4));
    assertNoEpochIsCompleteBeforeItsRowsAreStored(because);
  }

  @Test
  void rowsOfAnOlderEpochThatWaitBehindThoseOfANewerOneHoldTheProgress() {
    run(
        DIRECT,
        stream()
            .advanceWatermarkTo(startOf(FIRST))
            // One partition of the log is an epoch ahead of the other: its row waits first.
            .addElements(event("2026-03-01T11:00:00Z", "2026-03-01T10:00:00Z", "a 1"))
            .advanceProcessingTime(PAST_REFRESH)
            .addElements(event("2026-03-01T10:59:00Z", "2026-03-01T10:00:00Z", "a 2"))
            .advanceWatermarkTo(startOf(FIRST + 1))
            .advanceProcessingTime(PAST_REFRESH)
            .advanceWatermarkTo(startOf(FIRST + 2))
            .advanceProcessingTime(PAST_REFRESH)
            .advanceWatermarkToInfinity());

    assertThat(store.completed(), contains(FIRST, FIRST + 1));
    assertNoEpochIsCompleteBeforeItsRowsAreStored("two epochs at once");
  }

  @Test
  void watermarkThatPassesManyEpochsMarksTheLastOfThem() {
    run(
        DIRECT,
        stream()
            .advanceWatermarkTo(startOf(FIRST))
            .addElements(event("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "a 1"))
            .advanceWatermarkTo(startOf(FIRST + 100_000))
            .advanceProcessingTime(PAST_REFRESH)
            .addElements(event(FIRST + 100_000, startOf(FIRST + 100_000).getMillis(), "a 2"))
            .advanceWatermarkTo(startOf(FIRST + 100_001))
            .advanceProcessingTime(PAST_REFRESH)
            .advanceWatermarkToInfinity());

    assertThat(store.completed(), contains(FIRST + 99_999, FIRST + 100_000));
    assertNoEpochIsCompleteBeforeItsRowsAreStored("a long pause");
  }

  @Test
  void epochsWithoutRecordsAreCompleteToo() {
    run(
        DIRECT,
        stream()
            .advanceWatermarkTo(startOf(FIRST))
            .advanceWatermarkTo(startOf(FIRST + 1))
            .advanceWatermarkTo(startOf(FIRST + 2))
            .advanceWatermarkToInfinity());

    assertThat(store.completed(), contains(FIRST, FIRST + 1));
  }

  @Test
  void nothingIsCompleteBeforeTheFirstEpochThatIsWorthMarking() {
    run(
        DIRECT,
        stream()
            .advanceWatermarkTo(startOf(FIRST - 2))
            .addElements(event("2026-03-01T08:00:00Z", "2026-03-01T10:00:00Z", "a 1"))
            .advanceWatermarkTo(startOf(FIRST - 1))
            .advanceProcessingTime(PAST_REFRESH)
            .advanceWatermarkTo(startOf(FIRST))
            .advanceWatermarkTo(startOf(FIRST + 1).minus(org.joda.time.Duration.millis(1)))
            .advanceWatermarkTo(startOf(FIRST + 1))
            .advanceWatermarkToInfinity());

    assertThat(store.completed(), contains(FIRST));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STEP_BY_STEP})
  void epochThatTheEndOfThePipelineCutsOffIsNotComplete(String runner) {
    run(
        runner,
        stream()
            .advanceWatermarkTo(startOf(FIRST))
            .addElements(event("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "a 1"))
            .advanceWatermarkTo(at("2026-03-01T10:59:59.999Z"))
            .advanceWatermarkToInfinity());

    assertThat(store.completed(), is(empty()));
    assertThat(
        Contributions.kept(store.rows()),
        is(Map.of("2026-03-01T10:00:00Z 2026-03-01T10:00:00Z a", "1 of 1")));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 20 * 60_000, 3_600_000, 100_000_000})
  void heldBackWatermarkCompletesEpochsThatMuchEarlier(long latenessMillis) {
    org.joda.time.Duration late = org.joda.time.Duration.millis(latenessMillis);
    run(
        DIRECT,
        Duration.ofMillis(latenessMillis),
        stream()
            .advanceWatermarkTo(startOf(FIRST).minus(late))
            .advanceWatermarkTo(startOf(FIRST + 2).minus(late))
            .advanceWatermarkTo(
                startOf(FIRST + 3).minus(late.plus(org.joda.time.Duration.millis(1))))
            .advanceWatermarkToInfinity());

    assertThat(store.completed(), contains(FIRST + 1));
  }

  @Test
  void epochIsCompleteOnlyOnceItsDeadLettersAreStored() {
    Pipeline pipeline = Runs.pipeline(DIRECT);
    PCollection<EpochEvent<String>> events =
        pipeline.apply(
            "Events",
            stream()
                .advanceWatermarkTo(startOf(FIRST))
                .addElements(event("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "a 1"))
                .advanceWatermarkTo(startOf(FIRST + 1))
                .advanceProcessingTime(PAST_REFRESH)
                .advanceWatermarkTo(startOf(FIRST + 2))
                .advanceProcessingTime(LETTERS_WAIT) // their epoch and one more are over since long
                .advanceWatermarkTo(startOf(FIRST + 3))
                .advanceProcessingTime(PAST_REFRESH)
                .advanceWatermarkToInfinity());
    PCollectionList.of(rowsOf(events))
        .and(writtenLate(events))
        .apply("Progress", MarkProgress.of(EPOCHS, SLICE, store.settings(), FIRST));

    Runs.run(pipeline);

    assertThat(store.completed(), contains(FIRST + 1, FIRST + 2));
  }

  /** What holds the watermark, as dead letters do that are not stored yet. */
  private static PCollection<Void> writtenLate(PCollection<EpochEvent<String>> letters) {
    return letters
        .apply("ByKey", WithKeys.of(0))
        .apply(
            "Wait",
            Window.<KV<Integer, EpochEvent<String>>>into(new GlobalWindows())
                .triggering(
                    Repeatedly.forever(
                        AfterProcessingTime.pastFirstElementInPane().plusDelayOf(LETTERS_WAIT)))
                .withTimestampCombiner(TimestampCombiner.EARLIEST)
                .discardingFiredPanes())
        .apply("Group", GroupByKey.create())
        .apply(
            "Written",
            MapElements.into(TypeDescriptors.voids())
                .via((KV<Integer, Iterable<EpochEvent<String>>> group) -> null));
  }

  private PipelineResult run(
      String runner, PTransform<PBegin, PCollection<EpochEvent<String>>> script) {
    return run(runner, Duration.ZERO, script);
  }

  private PipelineResult run(
      String runner,
      Duration heldBack,
      PTransform<PBegin, PCollection<EpochEvent<String>>> script) {
    Pipeline pipeline = Runs.pipeline(runner);
    PCollectionList.of(rowsOf(pipeline.apply("Events", script)))
        .apply(
            "Progress", MarkProgress.of(EPOCHS, SLICE, store.settings(), FIRST).heldBack(heldBack));
    return Runs.run(pipeline);
  }

  private PCollection<Void> rowsOf(PCollection<EpochEvent<String>> events) {
    return Contributions.store(
        Contributions.of(events, EpochWindows.<String>of(EPOCHS, BUCKET)), store, REFRESH);
  }

  private void assertNoEpochIsCompleteBeforeItsRowsAreStored(String because) {
    List<String> broken = new ArrayList<>();
    long complete = Long.MIN_VALUE;
    for (Recording.Call call : store.calls()) {
      if (call instanceof Recording.Complete mark) {
        assertThat(because + ": slice", mark.fence(), is(SLICE.fence()));
        if (mark.epoch() <= complete) {
          broken.add("epoch " + mark.epoch() + " marked after " + complete);
        }
        complete = mark.epoch();
      } else if (call instanceof Recording.Write write) {
        for (StoredRow row : write.rows()) {
          if (row.epoch() <= complete) {
            broken.add(
                Contributions.id(row)
                    + " stored after "
                    + EPOCHS.start(complete)
                    + " was complete");
          }
        }
      }
    }
    assertThat(because, broken, is(empty()));
  }

  private static org.joda.time.Instant startOf(long epoch) {
    Instant start = EPOCHS.start(epoch);
    return org.joda.time.Instant.ofEpochMilli(start.toEpochMilli());
  }
}
