/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

import static io.anabranch.transforms.testkit.Runs.DIRECT;
import static io.anabranch.transforms.testkit.Runs.FLINK_STEP_BY_STEP;
import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.at;
import static io.anabranch.transforms.testkit.Script.event;
import static io.anabranch.transforms.testkit.Script.stream;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.transforms.testkit.Probe;
import io.anabranch.transforms.testkit.Runs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Epoch windows on runners, under scripts whose events are late, ahead, and in the wrong epoch. */
@Timeout(300)
class EpochWindowsPipelineTest {
  private static final java.time.Duration MINUTE = java.time.Duration.ofMinutes(1);
  private static final Duration REFRESH = Duration.standardSeconds(1);

  @Test
  void lateAndFutureEventsAreKeptInTheirBucketsAndTheCurrentEpoch() {
    Probe<KV<String, Long>> sums = new Probe<>();

    PipelineResult result = run(DIRECT, stepByStep(), EpochWindows.of(EPOCHS, MINUTE), sums);

    assertThat(
        panes(sums),
        contains(
            containsInAnyOrder(
                "epoch 10:00, bucket 2026-03-01T10:05: a=1 EARLY#0",
                "epoch 10:00, bucket 2025-12-01T10:00: a=2 EARLY#0",
                "epoch 10:00, bucket 2026-04-01T10:00: a=3 EARLY#0"),
            containsInAnyOrder(
                // Panes accumulate; only the bucket that changed since has a last one.
                "epoch 10:00, bucket 2025-12-01T10:00: a=12 ON_TIME#1"),
            containsInAnyOrder(
                // The bucket of the first event again, in the next epoch: a window of its own.
                "epoch 11:00, bucket 2026-03-01T10:05: a=100 ON_TIME#0")));
    assertThat("dropped", Runs.dropped(result), is(0L));
    assertThat(
        sums.seen().stream().map(seen -> seen.timestamp().toString()).distinct().toList(),
        contains("2026-03-01T10:59:59.999Z", "2026-03-01T11:59:59.999Z"));
  }

  @Test
  void underTheSameScriptFixedWindowsLoseTheLateEvents() {
    Probe<KV<String, Long>> sums = new Probe<>();

    PipelineResult result =
        run(DIRECT, stepByStep(), FixedWindows.of(Duration.standardMinutes(1)), sums);

    // Two 90 days late, and the one that comes an hour late in the next epoch.
    assertThat("dropped", Runs.dropped(result), is(3L));
    assertThat(
        sums.seen().stream().map(seen -> seen.window().toString()).toList(),
        everyItem(not(containsString("2025-12-01"))));
  }

  @Test
  void onFlinkLateAndFutureEventsAreKeptToo() {
    Probe<KV<String, Long>> sums = new Probe<>();

    PipelineResult result =
        run(FLINK_STEP_BY_STEP, withoutClock(), EpochWindows.of(EPOCHS, MINUTE), sums);

    assertThat(
        lastPanes(sums),
        containsInAnyOrder(
            "epoch 10:00, bucket 2026-03-01T10:05: a=1",
            "epoch 10:00, bucket 2025-12-01T10:00: a=12",
            "epoch 10:00, bucket 2026-04-01T10:00: a=3",
            "epoch 11:00, bucket 2026-03-01T10:05: a=100"));
    assertThat("dropped", Runs.dropped(result), is(0L));
  }

  @Test
  void onFlinkFixedWindowsLoseTheLateEventsToo() {
    Probe<KV<String, Long>> sums = new Probe<>();

    PipelineResult result =
        run(FLINK_STEP_BY_STEP, withoutClock(), FixedWindows.of(Duration.standardMinutes(1)), sums);

    assertThat("dropped", Runs.dropped(result), is(3L));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STEP_BY_STEP})
  void eventThatComesAfterTheEndOfItsEpochIsDroppedSoSourcesMustKeepTheirPromise(String runner) {
    Probe<KV<String, Long>> sums = new Probe<>();
    TestStream<EpochEvent<String>> brokenPromise =
        stream()
            .advanceWatermarkTo(at("2026-03-01T10:00:00Z"))
            .addElements(event("2026-03-01T10:30:00Z", "2026-03-01T10:05:00Z", "a 1"))
            .advanceWatermarkTo(at("2026-03-01T11:00:00Z"))
            // The source said that epoch 10:00 was over, and gives out one more of its records.
            .addElements(event("2026-03-01T10:30:00Z", "2026-03-01T10:05:00Z", "a 10"))
            .advanceWatermarkToInfinity();

    PipelineResult result = run(runner, brokenPromise, EpochWindows.of(EPOCHS, MINUTE), sums);

    assertThat(lastPanes(sums), contains("epoch 10:00, bucket 2026-03-01T10:05: a=1"));
    assertThat("dropped", Runs.dropped(result), is(1L));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STEP_BY_STEP})
  void eventsUpToTheLastMillisecondOfTheWatermarkOfTheirEpochAreKept(String runner) {
    Probe<KV<String, Long>> sums = new Probe<>();
    TestStream<EpochEvent<String>> atTheBorder =
        stream()
            // The watermark stands at the last millisecond of the epoch: it is not over.
            .advanceWatermarkTo(at("2026-03-01T10:59:59.999Z"))
            // Late by an hour, by 90 days, and at the very last millisecond.
            .addElements(
                event("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "a 1"),
                event("2026-03-01T10:00:00Z", "2025-12-01T10:00:00Z", "a 2"),
                event("2026-03-01T10:59:59.999Z", "2026-03-01T10:59:59.999Z", "a 3"))
            .advanceWatermarkTo(at("2026-03-01T11:00:00Z"))
            .addElements(event("2026-03-01T11:00:00Z", "2026-03-01T11:00:00Z", "a 4"))
            .advanceWatermarkToInfinity();

    PipelineResult result = run(runner, atTheBorder, EpochWindows.of(EPOCHS, MINUTE), sums);

    assertThat(
        lastPanes(sums),
        containsInAnyOrder(
            "epoch 10:00, bucket 2026-03-01T10:00: a=1",
            "epoch 10:00, bucket 2025-12-01T10:00: a=2",
            "epoch 10:00, bucket 2026-03-01T10:59: a=3",
            "epoch 11:00, bucket 2026-03-01T11:00: a=4"));
    assertThat("dropped", Runs.dropped(result), is(0L));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STEP_BY_STEP})
  void stateIsFreedWhenTheEpochEndsHoweverLongTheBucketIs(String runner) {
    Probe<String> steps = new Probe<>();
    Pipeline pipeline = Runs.pipeline(runner);
    contributions(
            pipeline,
            stream()
                .advanceWatermarkTo(at("2026-03-01T10:00:00Z"))
                // 90 days late, and a month ahead: buckets that lie far from the epoch.
                .addElements(event("2026-03-01T10:30:00Z", "2025-12-01T10:00:00Z", "a 1"))
                .addElements(event("2026-03-01T10:30:00Z", "2026-04-01T10:00:00Z", "a 2"))
                .advanceWatermarkTo(at("2026-03-01T10:59:59.999Z"))
                .addElements(event("2026-03-01T10:30:00Z", "2026-03-01T10:30:00Z", "a 3"))
                // Beam frees the state of a window a millisecond after the window.
                .advanceWatermarkTo(at("2026-03-01T11:00:00.002Z"))
                .addElements(event("2026-03-01T11:30:00Z", "2026-03-01T11:30:00Z", "a 4"))
                .advanceWatermarkToInfinity(),
            EpochWindows.of(EPOCHS, java.time.Duration.ofDays(20)))
        .apply("Keep state", ParDo.of(new StateFn()))
        .apply("Steps", steps);

    Runs.run(pipeline);

    // What counts is that epoch 10:00 is freed before the event of epoch 11:00 comes.
    List<String> seen = new ArrayList<>(steps.values());
    seen.subList(3, Math.min(6, seen.size())).sort(null); // an epoch's windows end together
    assertThat(
        seen,
        is(
            List.of(
                "held 1", "held 2", "held 3", "freed 1", "freed 2", "freed 3", "held 4",
                "freed 4")));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STEP_BY_STEP})
  void doFnThatAsksForAnIntervalWindowGetsTheBucket(String runner) {
    Probe<String> buckets = new Probe<>();
    Pipeline pipeline = Runs.pipeline(runner);
    contributions(pipeline, withoutClock(), EpochWindows.of(EPOCHS, MINUTE))
        .apply("Ask", ParDo.of(new BucketFn()))
        .apply("Buckets", buckets);

    Runs.run(pipeline);

    assertThat(
        buckets.values(),
        containsInAnyOrder(
            "1 in [2026-03-01T10:05:00.000Z, 2026-03-01T10:06:00.000Z)",
            "2 in [2025-12-01T10:00:00.000Z, 2025-12-01T10:01:00.000Z)",
            "3 in [2026-04-01T10:00:00.000Z, 2026-04-01T10:01:00.000Z)",
            "10 in [2025-12-01T10:00:00.000Z, 2025-12-01T10:01:00.000Z)",
            "100 in [2026-03-01T10:05:00.000Z, 2026-03-01T10:06:00.000Z)"));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STEP_BY_STEP})
  void sideInputOfTheGlobalWindowIsReadableFromEveryEpochAndBucket(String runner) {
    Probe<String> looked = new Probe<>();
    Pipeline pipeline = Runs.pipeline(runner);
    PCollectionView<String> names =
        pipeline.apply("Names", Create.of("Anna")).apply("View", View.asSingleton());
    contributions(pipeline, withoutClock(), EpochWindows.of(EPOCHS, MINUTE))
        .apply("Look up", ParDo.of(new LookupFn(names)).withSideInput("names", names))
        .apply("Looked", looked);

    Runs.run(pipeline);

    assertThat(
        looked.values(), containsInAnyOrder("Anna 1", "Anna 2", "Anna 3", "Anna 10", "Anna 100"));
  }

  private static TestStream<EpochEvent<String>> stepByStep() {
    return stream()
        .advanceWatermarkTo(at("2026-03-01T10:00:00Z"))
        .addElements(event("2026-03-01T10:05:00Z", "2026-03-01T10:05:00Z", "a 1"))
        .advanceWatermarkTo(at("2026-03-01T10:30:00Z"))
        // 90 days late.
        .addElements(event("2026-03-01T10:30:00Z", "2025-12-01T10:00:00Z", "a 2"))
        // A month ahead.
        .addElements(event("2026-03-01T10:30:00Z", "2026-04-01T10:00:00Z", "a 3"))
        .advanceProcessingTime(REFRESH.plus(Duration.millis(1)))
        // 90 days late again, in the bucket that had its early pane.
        .addElements(event("2026-03-01T10:40:00Z", "2025-12-01T10:00:59Z", "a 10"))
        .advanceWatermarkTo(at("2026-03-01T11:00:00Z"))
        // An hour late, in a bucket that the epoch before has seen.
        .addElements(event("2026-03-01T11:00:00Z", "2026-03-01T10:05:00Z", "a 100"))
        .advanceWatermarkToInfinity();
  }

  /** The same without processing time, which Flink's TestStream cannot move. */
  private static TestStream<EpochEvent<String>> withoutClock() {
    return stream()
        .advanceWatermarkTo(at("2026-03-01T10:00:00Z"))
        .addElements(event("2026-03-01T10:05:00Z", "2026-03-01T10:05:00Z", "a 1"))
        .advanceWatermarkTo(at("2026-03-01T10:30:00Z"))
        // 90 days late.
        .addElements(event("2026-03-01T10:30:00Z", "2025-12-01T10:00:00Z", "a 2"))
        // A month ahead.
        .addElements(event("2026-03-01T10:30:00Z", "2026-04-01T10:00:00Z", "a 3"))
        .advanceWatermarkTo(at("2026-03-01T10:40:00Z"))
        // 90 days late again, in the same bucket.
        .addElements(event("2026-03-01T10:40:00Z", "2025-12-01T10:00:59Z", "a 10"))
        .advanceWatermarkTo(at("2026-03-01T11:00:00Z"))
        // An hour late, in a bucket that the epoch before has seen.
        .addElements(event("2026-03-01T11:00:00Z", "2026-03-01T10:05:00Z", "a 100"))
        .advanceWatermarkToInfinity();
  }

  private static PipelineResult run(
      String runner,
      TestStream<EpochEvent<String>> script,
      WindowFn<? super EpochEvent<String>, ?> windows,
      Probe<KV<String, Long>> sums) {
    Pipeline pipeline = Runs.pipeline(runner);
    contributions(pipeline, script, windows)
        .apply(
            "Panes",
            Window.<KV<String, Long>>configure()
                .withAllowedLateness(Duration.ZERO)
                .withOnTimeBehavior(Window.OnTimeBehavior.FIRE_IF_NON_EMPTY)
                .triggering(
                    AfterWatermark.pastEndOfWindow()
                        .withEarlyFirings(
                            AfterProcessingTime.pastFirstElementInPane().plusDelayOf(REFRESH)))
                .accumulatingFiredPanes())
        .apply("Sum", Sum.longsPerKey())
        .apply("Sums", sums);
    return Runs.run(pipeline);
  }

  private static PCollection<KV<String, Long>> contributions(
      Pipeline pipeline,
      TestStream<EpochEvent<String>> script,
      WindowFn<? super EpochEvent<String>, ?> windows) {
    return pipeline
        .apply("Script", script)
        .apply("Epochs", Window.into(windows))
        .apply("Parse", ParDo.of(new ParseFn()))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
  }

  /** The panes in the order of their firing, those of one step of the watermark together. */
  private static List<List<String>> panes(Probe<KV<String, Long>> sums) {
    List<List<String>> steps = new ArrayList<>();
    String last = "";
    for (Probe.Seen<KV<String, Long>> seen : sums.seen()) {
      String step = seen.timestamp() + " " + seen.pane().getTiming();
      if (!step.equals(last)) {
        steps.add(new ArrayList<>());
        last = step;
      }
      steps
          .get(steps.size() - 1)
          .add(describe(seen) + " " + seen.pane().getTiming() + "#" + seen.pane().getIndex());
    }
    return steps;
  }

  /** The last pane of each window; how many there are before it is up to the clock. */
  private static List<String> lastPanes(Probe<KV<String, Long>> sums) {
    Map<BoundedWindow, String> last = new LinkedHashMap<>();
    sums.seen().forEach(seen -> last.put(seen.window(), describe(seen)));
    return List.copyOf(last.values());
  }

  private static String describe(Probe.Seen<KV<String, Long>> seen) {
    if (!(seen.window() instanceof EpochWindow window)) {
      return seen.window() + ": " + seen.value().getKey() + "=" + seen.value().getValue();
    }
    return "epoch "
        + EPOCHS.start(window.epoch()).toString().substring(11, 16)
        + ", bucket "
        + window.start().toString().substring(0, 16)
        + ": "
        + seen.value().getKey()
        + "="
        + seen.value().getValue();
  }

  private static final class ParseFn extends DoFn<EpochEvent<String>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element EpochEvent<String> event, OutputReceiver<KV<String, Long>> out) {
      String value = event.value();
      int space = value.indexOf(' ');
      out.output(KV.of(value.substring(0, space), Long.valueOf(value.substring(space + 1))));
    }
  }

  /** As an author writes it: knows nothing of epochs. */
  private static final class BucketFn extends DoFn<KV<String, Long>, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<String, Long> element, IntervalWindow bucket, OutputReceiver<String> out) {
      out.output(element.getValue() + " in [" + bucket.start() + ", " + bucket.end() + ")");
    }
  }

  private static final class LookupFn extends DoFn<KV<String, Long>, String> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<String> names;

    LookupFn(PCollectionView<String> names) {
      this.names = names;
    }

    @ProcessElement
    public void process(ProcessContext context) {
      context.output(context.sideInput(names) + " " + context.element().getValue());
    }
  }

  private static final class StateFn extends DoFn<KV<String, Long>, String> {
    private static final long serialVersionUID = 1L;
    private static final String LAST = "last";

    @StateId(LAST)
    private final StateSpec<ValueState<Long>> lastSpec = StateSpecs.value(VarLongCoder.of());

    @ProcessElement
    public void process(
        @Element KV<String, Long> element,
        @StateId(LAST) ValueState<Long> last,
        OutputReceiver<String> out) {
      last.write(element.getValue());
      out.output("held " + element.getValue());
    }

    @OnWindowExpiration
    public void expired(@StateId(LAST) ValueState<Long> last, OutputReceiver<String> out) {
      out.output("freed " + last.read());
    }
  }
}
