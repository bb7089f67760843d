/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.internal.aggregate.Contributions.BUCKET;
import static io.anabranch.transforms.testkit.Runs.DIRECT;
import static io.anabranch.transforms.testkit.Runs.FLINK_BATCH;
import static io.anabranch.transforms.testkit.Runs.FLINK_STREAMING;
import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.at;
import static io.anabranch.transforms.testkit.Script.epoch;
import static io.anabranch.transforms.testkit.Script.event;
import static io.anabranch.transforms.testkit.Script.stream;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochEventCoder;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.testkit.Probe;
import io.anabranch.transforms.testkit.Recording;
import io.anabranch.transforms.testkit.Recording.How;
import io.anabranch.transforms.testkit.Recording.Write;
import io.anabranch.transforms.testkit.Runs;
import io.anabranch.transforms.testkit.Script;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class StoreContributionsTest {
  private static final Duration REFRESH = Duration.ofSeconds(1);
  private static final Duration NEVER = Duration.ofDays(1);
  private static final org.joda.time.Duration PAST_REFRESH = org.joda.time.Duration.millis(1_001);
  private static final int ROWS = 5_000;
  private static final int MOST_WRITES = ROWS / 10; // one for each shard every 200 ms

  private final Recording store = new Recording();
  private final Contributions.Fold fold = new Contributions.Fold();

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_BATCH})
  void boundedInputIsStoredOnceExactlyAndInBatches(String runner) {
    long seed = System.nanoTime();
    long through = epoch("2026-03-01T14:00:00Z");
    Pipeline pipeline = Runs.pipeline(runner);
    Contributions.store(
        Contributions.of(
            pipeline.apply("Events", events(new Random(seed), through)),
            EpochWindows.<String>of(EPOCHS, BUCKET).inOneEpoch(through)),
        store,
        REFRESH);

    PipelineResult result = Runs.run(pipeline);

    String because = "seed " + seed;
    assertThat(because, store.rows().size(), is(ROWS));
    assertThat(because, Contributions.kept(store.rows()), is(fold.rows()));
    assertThat(because, store.writes().size(), is(lessThan(MOST_WRITES)));
    assertThat(store.writes().stream().map(Write::how).distinct().toList(), is(List.of(How.FILL)));
    assertThat(because, Runs.counter(result, "rows-written"), is((long) ROWS));
    assertThat("stores still open", store.stillOpen(), is(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_BATCH})
  void rowThatTheStoreRefusesIsSetAsideAndTheOthersAreStored(String runner) {
    long through = epoch("2026-03-01T14:00:00Z");
    Pipeline pipeline = Runs.pipeline(runner);
    store.refusing("k7");
    Contributions.store(
        Contributions.of(
            pipeline.apply("Events", events(new Random(7), through)),
            EpochWindows.<String>of(EPOCHS, BUCKET).inOneEpoch(through)),
        store,
        REFRESH);

    PipelineResult result = Runs.run(pipeline);

    List<DeadLetter> letters =
        store.letters().stream().flatMap(write -> write.letters().stream()).toList();
    assertThat(letters.size(), greaterThan(0));
    assertThat(store.rows().size(), is(ROWS - letters.size()));
    assertThat(
        store.rows().stream().filter(row -> row.keyText().equals("k7")).toList(), is(empty()));
    for (DeadLetter letter : letters) {
      assertThat(letter.kind(), is(DeadLetter.Kind.REFUSED));
      assertThat(
          letter.error(),
          containsString(
              "the store does not take the row of key \"k7\" in the bucket "
                  + letter.eventTime().orElseThrow()));
    }
    assertThat(Runs.counter(result, "rows-refused"), is((long) letters.size()));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STREAMING})
  void unboundedInputIsStoredInBatchesToo(String runner) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long epoch = epoch("2026-03-01T10:00:00Z");
    List<TimestampedValue<EpochEvent<String>>> events = new ArrayList<>();
    for (int key = 0; key < ROWS; key++) {
      events.add(contribution(epoch, EPOCHS.start(epoch).toEpochMilli(), "k" + key, random));
    }
    Pipeline pipeline = Runs.pipeline(runner);
    Contributions.store(
        Contributions.of(
            pipeline.apply("Events", Script.add(stream(), events).advanceWatermarkToInfinity()),
            EpochWindows.of(EPOCHS, BUCKET)),
        store,
        NEVER);

    PipelineResult result = Runs.run(pipeline);

    String because = "seed " + seed;
    assertThat(because, Contributions.kept(store.rows()), is(fold.rows()));
    assertThat(because, store.writes().size(), is(lessThan(MOST_WRITES)));
    assertThat("dropped", Runs.dropped(result), is(0L));
  }

  @Test
  void unboundedRowsGrowWithEachRefreshUntilTheyAreTheWholeFold() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TestStream.Builder<EpochEvent<String>> script = stream();
    long first = epoch("2026-03-01T10:00:00Z");
    for (long epoch = first; epoch < first + 3; epoch++) {
      long start = EPOCHS.start(epoch).toEpochMilli();
      script = script.advanceWatermarkTo(org.joda.time.Instant.ofEpochMilli(start));
      for (int step = 0; step < 10; step++) {
        List<TimestampedValue<EpochEvent<String>>> events = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          // From two hours late to two hours ahead, in few buckets, so that rows are hit again.
          long eventTime = start + random.nextLong(-4, 4) * 1_800_000;
          events.add(contribution(epoch, eventTime, "k" + random.nextInt(3), random));
        }
        script = Script.add(script, events);
        if (random.nextBoolean()) {
          script = script.advanceProcessingTime(PAST_REFRESH);
        }
      }
    }
    Pipeline pipeline = Runs.pipeline(DIRECT);
    stored(pipeline, script.advanceWatermarkToInfinity());

    PipelineResult result = Runs.run(pipeline);

    String because = "seed " + seed;
    Map<String, Long> before = new HashMap<>();
    for (StoredRow row : store.rows()) {
      Long last = before.put(Contributions.id(row), row.contributions());
      assertThat(
          because + ", contributions of " + Contributions.id(row),
          row.contributions(),
          // Each refresh stores all rows of a shard of the epoch again.
          is(greaterThanOrEqualTo(last == null ? 1L : last)));
    }
    assertThat(because, Contributions.kept(store.rows()), is(fold.rows()));
    assertThat(because, store.rows().size(), is(greaterThan(before.size())));
    assertThat("dropped", Runs.dropped(result), is(0L));
  }

  @Test
  void rowIsStoredAfterTheRefreshAndThenAtTheEndOfTheEpoch() {
    Pipeline pipeline = Runs.pipeline(DIRECT);
    stored(
        pipeline,
        stream()
            .advanceWatermarkTo(at("2026-03-01T10:00:00Z"))
            .addElements(event("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "a 1"))
            .advanceProcessingTime(PAST_REFRESH)
            // 90 days late: a row of its own, and no news for the one before.
            .addElements(event("2026-03-01T10:30:00Z", "2025-12-01T10:00:00Z", "a 2"))
            .addElements(event("2026-03-01T10:30:00Z", "2026-03-01T10:00:59Z", "b 4"))
            .advanceProcessingTime(PAST_REFRESH)
            .addElements(event("2026-03-01T10:30:00Z", "2026-03-01T10:00:01Z", "a 8"))
            .advanceWatermarkToInfinity());

    Runs.run(pipeline);

    List<String> rows =
        new ArrayList<>(
            store.rows().stream()
                .map(row -> Contributions.id(row) + " " + Contributions.value(row))
                .distinct() // each refresh stores all rows of a shard again
                .toList());
    rows.subList(1, 3).sort(null); // two shards, so either may be first
    assertThat(
        rows,
        contains(
            "2026-03-01T10:00:00Z 2026-03-01T10:00:00Z a 1 of 1",
            "2026-03-01T10:00:00Z 2025-12-01T10:00:00Z a 2 of 1",
            "2026-03-01T10:00:00Z 2026-03-01T10:00:00Z b 4 of 1",
            "2026-03-01T10:00:00Z 2026-03-01T10:00:00Z a 9 of 2"));
  }

  @Test
  void rowsCarryTheirKeyAlsoAsTextForPeopleAndTheSlice() {
    Pipeline pipeline = Runs.pipeline(DIRECT);
    stored(
        pipeline,
        stream()
            .addElements(event("1969-12-31T23:30:00Z", "1969-12-31T23:59:59.999Z", "ä 1"))
            .advanceWatermarkToInfinity());

    Runs.run(pipeline);

    assertThat(store.writes().get(0).fence(), is(Contributions.SLICE.fence()));
    assertThat(store.writes().get(0).how(), is(How.WRITE));
    StoredRow row = store.rows().get(0);
    assertThat(row.epoch(), is(-1L));
    assertThat(row.bucket(), is(-60_000L));
    assertThat(row.keyText(), is("ä"));
  }

  @Test
  void outputIsNothing() {
    Probe<Void> outputs = new Probe<>();
    Pipeline pipeline = Runs.pipeline(DIRECT);
    stored(
            pipeline,
            stream()
                .addElements(event("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "a 1"))
                .advanceWatermarkToInfinity())
        .apply("Outputs", outputs);

    Runs.run(pipeline);

    assertThat(outputs.values(), is(empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_BATCH})
  void storeThatFailsMakesThePipelineFailRatherThanLoseRows(String runner) {
    store.failing(1);
    Pipeline pipeline = Runs.pipeline(runner);
    stored(pipeline, events(new Random(1), epoch("2026-03-01T14:00:00Z")));

    RuntimeException failure = assertThrows(RuntimeException.class, () -> Runs.run(pipeline));

    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString(), containsString("the store failed on purpose"));
  }

  @Test
  void whereTheRunnerTriesAgainAStoreThatFailedOnceLosesNothing(@TempDir Path flink)
      throws IOException {
    store.failing(1);
    long through = epoch("2026-03-01T14:00:00Z");
    Files.writeString(
        flink.resolve("flink-conf.yaml"),
        """
        restart-strategy.type: fixed-delay
        restart-strategy.fixed-delay.attempts: 3
        restart-strategy.fixed-delay.delay: 1 ms
        """);
    Pipeline pipeline = Runs.pipeline(FLINK_BATCH + " --flinkConfDir=" + flink);
    Contributions.store(
        Contributions.of(
            pipeline.apply("Events", events(new Random(1), through)),
            EpochWindows.<String>of(EPOCHS, BUCKET).inOneEpoch(through)),
        store,
        REFRESH);

    Runs.run(pipeline);

    assertThat(Contributions.kept(store.rows()), is(fold.rows()));
  }

  /** Events that make exactly 5,000 rows, all epochs taken as one. */
  private Create.TimestampedValues<EpochEvent<String>> events(Random random, long through) {
    List<TimestampedValue<EpochEvent<String>>> events = new ArrayList<>();
    for (int i = 0; i < 4 * ROWS; i++) {
      int row = i < ROWS ? i : random.nextInt(ROWS);
      long eventTime = EPOCHS.start(through).toEpochMilli() - (row / 100) * 60_000L;
      long value = random.nextLong(-1_000, 1_000);
      fold.add(through, eventTime, "k" + row % 100, value);
      events.add(event(through - random.nextInt(3), eventTime, "k" + row % 100 + " " + value));
    }
    return Create.timestamped(events).withCoder(EpochEventCoder.of(StringUtf8Coder.of()));
  }

  private TimestampedValue<EpochEvent<String>> contribution(
      long epoch, long eventTime, String key, Random random) {
    long value = random.nextLong(-1_000, 1_000);
    fold.add(epoch, eventTime, key, value);
    return event(epoch, eventTime, key + " " + value);
  }

  private PCollection<Void> stored(
      Pipeline pipeline, PTransform<PBegin, PCollection<EpochEvent<String>>> events) {
    return Contributions.store(
        Contributions.of(pipeline.apply("Events", events), EpochWindows.<String>of(EPOCHS, BUCKET)),
        store,
        REFRESH);
  }
}
