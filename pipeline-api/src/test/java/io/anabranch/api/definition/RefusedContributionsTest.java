/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.CombinedView;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.TestViews.PairFn;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerMap;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.GroupIntoBatches;
import org.apache.beam.sdk.transforms.Latest;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.PeriodicImpulse;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.hamcrest.Matcher;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What would see only one epoch's part of a bucket is refused, by name, with what to do. */
class RefusedContributionsTest {

  /** A transform, and what the message says of it. */
  private record Refusal(
      String name,
      Function<PCollection<String>, PCollection<KV<String, Long>>> contributions,
      Matcher<String> message) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Refusal> refusals() {
    return Stream.of(
        new Refusal(
            "group by key",
            words ->
                words
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("ByWord", GroupByKey.create())
                    .apply("Sum", ParDo.of(new SumFn())),
            names("Contributions/ByWord", "groups elements")),
        new Refusal(
            "count per key",
            words ->
                words
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("CountWords", Count.<String, Long>perKey()),
            allOf(
                startsWith("view \"words\": \"Contributions/CountWords/"),
                says("groups elements"))),
        new Refusal(
            "grouping in abranch of aflatten",
            words -> {
              PCollection<KV<String, Long>> pairs = words.apply("Pair", ParDo.of(new PairFn()));
              return PCollectionList.of(pairs)
                  .and(pairs.apply("Sum", Combine.perKey(Sum.ofLongs())))
                  .apply("Both", Flatten.pCollections());
            },
            allOf(startsWith("view \"words\": \"Contributions/Sum/"), says("groups elements"))),
        new Refusal(
            "side input that is refreshed",
            words -> {
              PCollectionView<String> side =
                  words
                      .getPipeline()
                      .apply(
                          "Tick",
                          PeriodicImpulse.create().withInterval(Duration.standardSeconds(1)))
                      .apply(
                          "Text", MapElements.into(TypeDescriptors.strings()).via(String::valueOf))
                      .apply(
                          "Global",
                          Window.<String>into(new GlobalWindows())
                              .triggering(
                                  Repeatedly.forever(AfterProcessingTime.pastFirstElementInPane()))
                              .discardingFiredPanes())
                      .apply("Latest", Latest.globally())
                      .apply("AsSingleton", org.apache.beam.sdk.transforms.View.asSingleton());
              return words.apply("Pair", ParDo.of(new PairFn()).withSideInputs(side));
            },
            allOf(
                startsWith("view \"words\": \"Contributions/Tick/"),
                containsString("reads without an end"),
                containsString("belongs into the log"))),
        new Refusal(
            "input without an end",
            words ->
                PCollectionList.of(words)
                    .and(
                        words
                            .getPipeline()
                            .apply("Count", GenerateSequence.from(0))
                            .apply(
                                "Text",
                                MapElements.into(TypeDescriptors.strings()).via(String::valueOf))
                            .apply(Window.into(FixedWindows.of(Duration.standardMinutes(1)))))
                    .apply("Both", Flatten.pCollections())
                    .apply("Pair", ParDo.of(new PairFn())),
            allOf(
                startsWith("view \"words\": \"Contributions/Count/"),
                containsString("reads without an end"))),
        new Refusal(
            "element that never ends",
            words ->
                words
                    .apply("For ever", ParDo.of(new EndlessFn()))
                    .apply("Pair", ParDo.of(new PairFn())),
            allOf(
                startsWith("view \"words\": \"Contributions/For ever/"),
                containsString("reads without an end"))),
        new Refusal(
            "stateful do fn",
            words ->
                words
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("Remember", ParDo.of(new StatefulFn())),
            names("Contributions/Remember/ParMultiDo(Stateful)", "keeps state")),
        new Refusal(
            "group into batches",
            words ->
                words
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("Batches", GroupIntoBatches.ofSize(10))
                    .apply("Sum", ParDo.of(new SumFn())),
            allOf(startsWith("view \"words\": \"Contributions/Batches/"), says("keeps state"))),
        new Refusal(
            "side input in windows",
            words -> {
              PCollectionView<Iterable<Long>> rates =
                  words
                      .getPipeline()
                      .apply("Rates", Create.of(1L))
                      .apply("Hours", Window.into(FixedWindows.of(Duration.standardHours(1))))
                      .apply("AsRates", org.apache.beam.sdk.transforms.View.asIterable());
              return words.apply("Rate", ParDo.of(new PairFn()).withSideInputs(rates));
            },
            allOf(
                startsWith("view \"words\": \"Contributions/Rate"),
                containsString("reads a side input in the windows FixedWindows"),
                containsString("Use a side input in the global window"))),
        new Refusal(
            "timers",
            words ->
                words.apply("Pair", ParDo.of(new PairFn())).apply("Delay", ParDo.of(new TimerFn())),
            names("Contributions/Delay/ParMultiDo(Timer)", "sets timers")),
        new Refusal(
            "timer families",
            words ->
                words
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("Delay", ParDo.of(new TimerFamilyFn())),
            names("Contributions/Delay/ParMultiDo(TimerFamily)", "sets timers")),
        new Refusal(
            "time sorted input",
            words ->
                words
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("Sorted", ParDo.of(new SortedFn())),
            names(
                "Contributions/Sorted/ParMultiDo(Sorted)", "asks for input in the order of time")),
        new Refusal(
            "windows of its own",
            words ->
                words
                    .apply("Hours", Window.into(FixedWindows.of(Duration.standardHours(1))))
                    .apply("Pair", ParDo.of(new PairFn())),
            names("Contributions/Hours", "sets windows of its own")),
        new Refusal(
            "triggers of its own",
            words ->
                words
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply(
                        "Triggers",
                        Window.<KV<String, Long>>configure()
                            .triggering(AfterWatermark.pastEndOfWindow())
                            .withAllowedLateness(Duration.standardDays(1))
                            .discardingFiredPanes()),
            allOf(startsWith("view \"words\": "), says("sets windows of its own"))),
        new Refusal(
            "timestamp combiner of its own",
            words ->
                words
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply(
                        "Earliest",
                        Window.<KV<String, Long>>configure()
                            .withTimestampCombiner(TimestampCombiner.EARLIEST)),
            says("sets windows of its own")),
        new Refusal(
            "side input made from the events",
            words -> {
              PCollectionView<List<String>> all =
                  words.apply("All", org.apache.beam.sdk.transforms.View.asList());
              return words.apply("Pair", ParDo.of(new PairFn()).withSideInputs(all));
            },
            allOf(
                startsWith("view \"words\": \"Contributions/All/"),
                says("collects events into a side input"))),
        new Refusal(
            "grouping after areshuffle",
            words ->
                words
                    .apply("Spread", Reshuffle.viaRandomKey())
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("ByWord", GroupByKey.create())
                    .apply("Sum", ParDo.of(new SumFn())),
            names("Contributions/ByWord", "groups elements")),
        new Refusal(
            "contributions that do not stem from the events",
            words ->
                words
                    .getPipeline()
                    .apply("Made", Create.of("a", "b"))
                    .apply("Global", Window.into(new GlobalWindows()))
                    .apply("Pair", ParDo.of(new PairFn())),
            allOf(
                startsWith("view \"words\": the contributions do not stem from the events"),
                containsString("apply them to the input"))));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void isRefusedByNameWithWhatToDo(Refusal refusal) {
    assertThat(refusalOf(TestViews.summed(refusal.contributions())), refusal.message());
  }

  @DoFn.UnboundedPerElement
  static class EndlessFn extends DoFn<String, String> {
    @ProcessElement
    public ProcessContinuation process(
        @Element String word, RestrictionTracker<OffsetRange, Long> tracker) {
      return ProcessContinuation.resume();
    }

    @GetInitialRestriction
    public OffsetRange restriction(@Element String word) {
      return new OffsetRange(0, Long.MAX_VALUE);
    }
  }

  @Test
  void keyCoderThatIsNotDeterministic() {
    CombinedView<String, Double, Long, long[], Long> view =
        TestViews.summed(
            words ->
                words
                    .apply("Pair", ParDo.of(new DoubleKeyFn()))
                    .setCoder(KvCoder.of(DoubleCoder.of(), VarLongCoder.of())));

    String message = refusalOf(view);

    assertThat(
        message,
        allOf(
            startsWith("view \"words\": the key coder DoubleCoder is not deterministic"),
            containsString("equal keys could become two rows"),
            containsString("use a deterministic one, for instance StringUtf8Coder")));
  }

  @Test
  void contributionsWithoutACoder() {
    CombinedView<String, Bare, Long, long[], Long> view =
        TestViews.summed(words -> words.apply("Pair", ParDo.of(new BareKeyFn())));

    String message = refusalOf(view);

    assertThat(
        message,
        allOf(
            startsWith("view \"words\": Beam finds no coder for the contributions"),
            containsString("call coders(keyCoder, valueCoder) after contributions(...)")));
  }

  @Test
  void stepInBetweenWithoutACoder() {
    CombinedView<String, String, Long, long[], Long> view =
        TestViews.summed(
            words ->
                words
                    .apply("Wrap", ParDo.of(new BareFn()))
                    .apply("Pair", ParDo.of(new UnwrapFn())));

    String message = refusalOf(view);

    assertThat(
        message,
        allOf(
            startsWith("view \"words\": the contributions cannot be built: "),
            containsString("Contributions/Wrap")));
  }

  @Test
  void accumulatorWithoutACoder() {
    CombinedView<String, String, Long, Bare, Long> view =
        MaterializedView.of(String.class, "words")
            .bucket(java.time.Duration.ofMinutes(1))
            .contributions(
                TestViews.composite(
                    (PCollection<String> words) -> words.apply("Pair", ParDo.of(new PairFn()))))
            .combine(new BareCombineFn());

    String message = refusalOf(view);

    assertThat(
        message,
        allOf(
            startsWith("view \"words\": the combine function "),
            containsString(BareCombineFn.class.getName()),
            containsString("names no coder for its accumulator"),
            containsString("override getAccumulatorCoder, or call accumulatorCoder(...)")));
  }

  private static String refusalOf(CombinedView<String, ?, ?, ?, ?> view) {
    return assertThrows(UserException.class, () -> ViewDefinition.of(view, TestViews.WORDS))
        .getMessage();
  }

  private static Matcher<String> names(String transform, String what) {
    return allOf(
        startsWith("view \"words\": \"" + transform + "\" " + what + " inside the contributions"),
        says(what));
  }

  private static Matcher<String> says(String what) {
    return allOf(
        containsString(what + " inside the contributions"),
        containsString("only one epoch's part of a bucket"),
        containsString("Leave the grouping to combine(...): emit one KV per event"),
        containsString("belong in a windowed view"));
  }

  private static final class SumFn extends DoFn<KV<String, Iterable<Long>>, KV<String, Long>> {
    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> group, OutputReceiver<KV<String, Long>> out) {
      long sum = 0;
      for (long value : group.getValue()) {
        sum += value;
      }
      out.output(KV.of(group.getKey(), sum));
    }
  }

  private static final class StatefulFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    @StateId("last")
    private final StateSpec<ValueState<Long>> spec = StateSpecs.value(BigEndianLongCoder.of());

    @ProcessElement
    public void process(
        @Element KV<String, Long> pair,
        @StateId("last") ValueState<Long> last,
        OutputReceiver<KV<String, Long>> out) {
      last.write(pair.getValue());
      out.output(pair);
    }
  }

  private static final class TimerFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    @TimerId("later")
    private final TimerSpec spec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(@TimerId("later") Timer later) {
      later.offset(Duration.ZERO).setRelative();
    }

    @OnTimer("later")
    public void later(OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of("late", 1L));
    }
  }

  @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // Beam finds them by their annotations
  private static final class TimerFamilyFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    @TimerFamily("later")
    private final TimerSpec spec = TimerSpecs.timerMap(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(@TimerFamily("later") TimerMap later) {
      later.get("one").offset(Duration.ZERO).setRelative();
    }

    @OnTimerFamily("later")
    public void later(OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of("late", 1L));
    }
  }

  private static final class SortedFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    @RequiresTimeSortedInput
    @ProcessElement
    public void process(@Element KV<String, Long> pair, OutputReceiver<KV<String, Long>> out) {
      out.output(pair);
    }
  }

  private static final class DoubleKeyFn extends DoFn<String, KV<Double, Long>> {
    @ProcessElement
    public void process(@Element String word, OutputReceiver<KV<Double, Long>> out) {
      out.output(KV.of((double) word.length(), 1L));
    }
  }

  /** A type that Beam has no coder for: it is not even serializable. */
  private static final class Bare {}

  private static final class BareKeyFn extends DoFn<String, KV<Bare, Long>> {
    @ProcessElement
    public void process(OutputReceiver<KV<Bare, Long>> out) {
      out.output(KV.of(new Bare(), 1L));
    }
  }

  private static final class BareFn extends DoFn<String, Bare> {
    @ProcessElement
    public void process(OutputReceiver<Bare> out) {
      out.output(new Bare());
    }
  }

  private static final class UnwrapFn extends DoFn<Bare, KV<String, Long>> {
    @ProcessElement
    public void process(OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of("bare", 1L));
    }
  }

  private static final class BareCombineFn extends Combine.CombineFn<Long, Bare, Long> {
    @Override
    public Bare createAccumulator() {
      return new Bare();
    }

    @Override
    public Bare addInput(Bare accumulator, Long input) {
      return accumulator;
    }

    @Override
    public Bare mergeAccumulators(Iterable<Bare> accumulators) {
      return accumulators.iterator().next();
    }

    @Override
    public Long extractOutput(Bare accumulator) {
      return 0L;
    }
  }
}
