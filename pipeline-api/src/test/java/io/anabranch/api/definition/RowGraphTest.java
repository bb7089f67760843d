/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import static io.anabranch.api.definition.TestViews.composite;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.MaterializedView;
import io.anabranch.api.UserException;
import io.anabranch.api.WindowedView;
import io.anabranch.api.definition.TestViews.PairFn;
import io.anabranch.api.definition.TestViews.SameFn;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.WithTimestamps;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.hamcrest.Matcher;
import org.joda.time.DateTimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowGraphTest {
  private static final org.joda.time.Duration MINUTE = org.joda.time.Duration.standardMinutes(1);

  /** The view "words" with this transform and a lookback of an hour. */
  private static <K, V> WindowedView<String, K, V> words(
      Function<PCollection<String>, PCollection<KV<K, V>>> rows) {
    return MaterializedView.of(String.class, "words")
        .lateness(Duration.ofMinutes(5))
        .lookback(Duration.ofHours(1))
        .rows(composite(rows));
  }

  private static PCollection<String> byMinute(PCollection<String> words) {
    return words.apply("Minutes", Window.into(FixedWindows.of(MINUTE)));
  }

  private static <K, V> WindowedDefinition<String, K, V> define(WindowedView<String, K, V> view) {
    return ViewDefinition.of(view, TestViews.WORDS);
  }

  private static String refusal(WindowedView<String, ?, ?> view) {
    return assertThrows(UserException.class, () -> ViewDefinition.of(view, TestViews.WORDS))
        .getMessage();
  }

  /** A view, and what the message says of it. */
  private record Refusal(String name, WindowedView<String, ?, ?> view, Matcher<String> message) {
    @Override
    public String toString() {
      return name;
    }
  }

  @SuppressWarnings("deprecation") // of ways that are refused
  static Stream<Refusal> refusals() {
    return Stream.of(
        new Refusal(
            "input without an end",
            words(
                words ->
                    byMinute(
                            org.apache.beam.sdk.values.PCollectionList.of(words)
                                .and(
                                    words
                                        .getPipeline()
                                        .apply(
                                            "Numbers",
                                            org.apache.beam.sdk.io.GenerateSequence.from(0))
                                        .apply("Text", ParDo.of(new TextFn())))
                                .apply(
                                    "Both", org.apache.beam.sdk.transforms.Flatten.pCollections()))
                        .apply("Count", Count.perElement())),
            allOf(containsString("Rows/Numbers/"), containsString("reads without an end"))),
        new Refusal(
            "grouping in the global window, though batch would take it",
            words(words -> words.apply("Count", Count.perElement())),
            allOf(
                containsString(
                    "view \"words\": a step of its transform groups events, or collects"),
                containsString("in the global window, which never ends"),
                containsString("give the events windows first, with Window.into(...)"))),
        new Refusal(
            "grouping in the global window with a trigger",
            words(
                words ->
                    words
                        .apply(
                            "Often",
                            Window.<String>into(new GlobalWindows())
                                .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(1)))
                                .withAllowedLateness(MINUTE)
                                .discardingFiredPanes())
                        .apply("Count", Count.perElement())),
            containsString("has the trigger Repeatedly.forever(AfterPane.elementCountAtLeast(1))")),
        new Refusal(
            "state in the global window",
            words(
                words ->
                    words
                        .apply("Pair", ParDo.of(new PairFn()))
                        .apply("Nth", ParDo.of(new NthFn()))
                        .apply("Minutes", Window.into(FixedWindows.of(MINUTE)))),
            containsString("\"Rows/Nth/ParMultiDo(Nth)\" keeps state in the global window")),
        new Refusal(
            "state in windows that merge",
            words(
                words ->
                    words
                        .apply("Pair", ParDo.of(new PairFn()))
                        .apply("Sessions", Window.into(Sessions.withGapDuration(MINUTE)))
                        .apply("Nth", ParDo.of(new NthFn()))),
            containsString("keeps state in windows that merge")),
        new Refusal(
            "rows that come out in no interval",
            words(words -> words.apply("Pair", ParDo.of(new PairFn()))),
            containsString("the rows come out in GlobalWindows")),
        new Refusal(
            "rows that do not stem from the events",
            words(
                words ->
                    words
                        .getPipeline()
                        .apply("Fixed", Create.of("a"))
                        .apply("Minutes", Window.into(FixedWindows.of(MINUTE)))
                        .apply("Pair", ParDo.of(new PairFn()))),
            containsString("the rows do not stem from the events")),
        new Refusal(
            "trigger",
            words(
                words ->
                    words
                        .apply(
                            "Early",
                            Window.<String>into(FixedWindows.of(MINUTE))
                                .triggering(
                                    AfterWatermark.pastEndOfWindow()
                                        .withEarlyFirings(AfterPane.elementCountAtLeast(1)))
                                .withAllowedLateness(org.joda.time.Duration.ZERO)
                                .accumulatingFiredPanes())
                        .apply("Count", Count.perElement())),
            allOf(containsString("has the trigger"), containsString("leave triggering(...) out"))),
        new Refusal(
            "timestamp combiner",
            words(
                words ->
                    words
                        .apply(
                            "Earliest",
                            Window.<String>into(Sessions.withGapDuration(MINUTE))
                                .withTimestampCombiner(TimestampCombiner.EARLIEST))
                        .apply("Count", Count.perElement())),
            containsString("has the timestamp combiner EARLIEST")),
        new Refusal(
            "lookback shorter than days",
            words(
                words ->
                    words
                        .apply("Days", Window.into(CalendarWindows.days(2)))
                        .apply("Count", Count.perElement())),
            containsString("the lookback is PT1H, but its windows reach back PT48H or more")),
        new Refusal(
            "lookback shorter than days of a time zone",
            words(
                words ->
                    words
                        .apply(
                            "DaysOfBerlin",
                            Window.into(
                                CalendarWindows.days(1)
                                    .withTimeZone(DateTimeZone.forID("Europe/Berlin"))))
                        .apply("Count", Count.perElement())),
            containsString("its windows reach back PT25H or more")),
        new Refusal(
            "lookback shorter than months",
            words(
                words ->
                    words
                        .apply("Months", Window.into(CalendarWindows.months(1)))
                        .apply("Count", Count.perElement())),
            containsString("its windows reach back PT744H or more")),
        new Refusal(
            "lookback shorter than years",
            words(
                words ->
                    words
                        .apply("Years", Window.into(CalendarWindows.years(1)))
                        .apply("Count", Count.perElement())),
            containsString("its windows reach back PT8784H or more")),
        new Refusal(
            "side input without an end",
            words(
                words -> {
                  PCollectionView<Map<String, Long>> slowly =
                      words
                          .getPipeline()
                          .apply("Ticks", GenerateSequence.from(0).withRate(1, MINUTE))
                          .apply("Keys", WithKeys.of("tick"))
                          .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
                          .apply(
                              "Now",
                              Window.<KV<String, Long>>configure()
                                  .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(1)))
                                  .discardingFiredPanes())
                          .apply("AsMap", org.apache.beam.sdk.transforms.View.asMap());
                  return byMinute(words)
                      .apply("Look", ParDo.of(new SidedFn(slowly)).withSideInputs(slowly));
                }),
            containsString("reads without an end")),
        new Refusal(
            "events that move back in time",
            words(
                words ->
                    byMinute(
                            words.apply(
                                "Back",
                                WithTimestamps.<String>of(word -> org.joda.time.Instant.EPOCH)
                                    .withAllowedTimestampSkew(MINUTE)))
                        .apply("Count", Count.perElement())),
            containsString("may move events back in time")),
        new Refusal(
            "lateness of its own",
            words(
                words ->
                    words
                        .apply(
                            "Late",
                            Window.<String>into(FixedWindows.of(MINUTE))
                                .withAllowedLateness(MINUTE, Window.ClosingBehavior.FIRE_ALWAYS)
                                .discardingFiredPanes())
                        .apply("Count", Count.perElement())),
            containsString("leave withAllowedLateness(...) out")),
        new Refusal(
            "windows that have not merged",
            words(
                words ->
                    words
                        .apply("Pair", ParDo.of(new PairFn()))
                        .apply("Sessions", Window.into(Sessions.withGapDuration(MINUTE)))),
            containsString("group by key after such windows as sessions")),
        new Refusal(
            "key coder that is not deterministic",
            words(
                words ->
                    byMinute(words)
                        .apply("Lengths", ParDo.of(new LengthFn()))
                        .setCoder(KvCoder.of(DoubleCoder.of(), VarLongCoder.of()))),
            containsString("the key coder DoubleCoder is not deterministic")),
        new Refusal(
            "grouping by a key coder that is not deterministic",
            words(
                words ->
                    byMinute(words)
                        .apply("Lengths", ParDo.of(new LengthFn()))
                        .setCoder(KvCoder.of(DoubleCoder.of(), VarLongCoder.of()))
                        .apply("Group", GroupByKey.create())
                        .apply("Words", ParDo.of(new UngroupFn()))),
            allOf(
                containsString("groups by a key whose coder is not deterministic"),
                containsString("StringUtf8Coder"))),
        new Refusal(
            "names that steps share",
            words(
                words ->
                    byMinute(words)
                        .apply(ParDo.of(new SameFn<>()))
                        .setCoder(StringUtf8Coder.of())
                        .apply(ParDo.of(new SameFn<>()))
                        .setCoder(StringUtf8Coder.of())
                        .apply("Count", Count.perElement())),
            allOf(
                containsString("steps of its transform share a name"),
                containsString("name each step"),
                containsString("ParDo(Same)"))),
        new Refusal(
            "name that is another one in each process",
            words(
                words ->
                    byMinute(words)
                        .apply("Step" + new Object(), ParDo.of(new SameFn<>()))
                        .setCoder(StringUtf8Coder.of())
                        .apply("Count", Count.perElement())),
            containsString("is another one in each process: name the step")));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void isRefused(Refusal refused) {
    assertThat(refusal(refused.view()), refused.message());
  }

  @Test
  void groupingsInWindowsAreWhatItIsFor() {
    WindowedDefinition<String, String, Long> counts =
        define(words(words -> byMinute(words).apply("Count", Count.perElement())));

    assertThat(counts.keyCoder(), is(StringUtf8Coder.of()));
    assertThat(counts.accumulatorCoder(), is(VarLongCoder.of()));
    assertThat(
        counts.fingerprint().toString(),
        is(
            """
            kind=windowed
            lateness=PT5M
            lookback=PT1H
            clock skew=PT1M
            windows=FixedWindows(size=PT1M)
            key=org.apache.beam.sdk.coders.StringUtf8Coder
            value=org.apache.beam.sdk.coders.VarLongCoder
            event format=revision 1
            revision=1"""));
  }

  @Test
  void totalsOverWindowsThatOverlapAreRefusedUnlessTheFunctionBearsThem() {
    WindowedView<String, String, Long> sliding =
        words(
            words ->
                words
                    .apply("Sliding", Window.into(SlidingWindows.of(MINUTE.multipliedBy(10))))
                    .apply("Count", Count.perElement()));

    define(sliding);
    define(sliding.totals(Long::max).allowOverlappingTotals());
    assertThat(
        refusal(sliding.totals(Long::sum)),
        allOf(
            containsString("SlidingWindows"),
            containsString("count an event once in each"),
            containsString("allowOverlappingTotals()")));
    define(words(words -> byMinute(words).apply("Count", Count.perElement())).totals(Long::sum));
    define(
        words(
                words ->
                    words
                        .apply("Sessions", Window.into(Sessions.withGapDuration(MINUTE)))
                        .apply("Count", Count.<String>perElement()))
            .totals(Long::sum));
  }

  private static final class TextFn extends org.apache.beam.sdk.transforms.DoFn<Long, String> {
    @ProcessElement
    public void process(@Element Long number, OutputReceiver<String> out) {
      out.output(number.toString());
    }
  }

  @Test
  void sessionsSlidingWindowsJoinsStateAndSideInputsPass() {
    define(
        words(
            words ->
                words
                    .apply("Sessions", Window.into(Sessions.withGapDuration(MINUTE)))
                    .apply("Count", Count.perElement())));
    define(
        words(
            words ->
                words
                    .apply("Sliding", Window.into(SlidingWindows.of(MINUTE.multipliedBy(10))))
                    .apply("Count", Count.perElement())
                    .apply("Spread", Reshuffle.of())));
    define(
        words(
            words -> {
              PCollection<KV<String, Long>> pairs =
                  byMinute(words).apply("Pair", ParDo.of(new PairFn()));
              return KeyedPCollectionTuple.of(new TupleTag<Long>("left"), pairs)
                  .and(new TupleTag<Long>("right"), pairs)
                  .apply("Join", CoGroupByKey.create())
                  .apply("Joined", ParDo.of(new JoinedFn()));
            }));
    define(
        words(
            words ->
                byMinute(words)
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("Nth", ParDo.of(new NthFn()))));
    define(
        words(
            words -> {
              PCollection<String> minutes = byMinute(words);
              PCollectionView<Map<String, Long>> counts =
                  minutes
                      .apply("Count", Count.perElement())
                      .apply("AsMap", org.apache.beam.sdk.transforms.View.asMap());
              return minutes.apply("Look", ParDo.of(new SidedFn(counts)).withSideInputs(counts));
            }));
  }

  @Test
  void lookbackMustReachOverTheWindows() {
    Function<PCollection<String>, PCollection<KV<String, Long>>> sessionsByHour =
        words ->
            words
                .apply("Sessions", Window.into(Sessions.withGapDuration(MINUTE)))
                .apply("Count", Count.perElement())
                .apply("Values", Values.create())
                .apply("Hours", Window.into(FixedWindows.of(MINUTE.multipliedBy(60))))
                .apply("Key", WithKeys.of("all"))
                .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
                .apply("Sum", Sum.longsPerKey());
    assertThat(
        refusal(words(sessionsByHour)),
        containsString("the lookback is PT1H, but its windows reach back PT1H1M0.001S or more"));
    ViewDefinition.of(
        MaterializedView.of(String.class, "words")
            .lateness(Duration.ZERO)
            .lookback(Duration.ofMinutes(62))
            .rows(composite(sessionsByHour)),
        TestViews.WORDS);
  }

  @Test
  void sideInputsMadeFromTheEventsMustHaveTheSameWindows() {
    for (WindowFn<Object, ?> other :
        List.of(FixedWindows.of(MINUTE.multipliedBy(60)), SlidingWindows.of(MINUTE))) {
      assertThat(
          refusal(
              words(
                  words -> {
                    PCollectionView<Map<String, Long>> counts =
                        words
                            .apply("Other", Window.into(other))
                            .apply("Count", Count.perElement())
                            .apply("AsMap", org.apache.beam.sdk.transforms.View.asMap());
                    return byMinute(words)
                        .apply("Look", ParDo.of(new SidedFn(counts)).withSideInputs(counts));
                  })),
          containsString("made from the events in other windows than its own"));
    }
  }

  @Test
  void windowsThatAreSetTwiceBeforeAGroupingCountOnce() {
    define(
        words(
            words ->
                words
                    .apply("Hours", Window.into(FixedWindows.of(MINUTE.multipliedBy(60))))
                    .apply("Half", Window.into(FixedWindows.of(MINUTE.multipliedBy(30))))
                    .apply("Count", Count.perElement())));
  }

  @Test
  void processingTimeTimersMustBeDeclared() {
    WindowedView<String, String, Long> view =
        words(
            words ->
                byMinute(words)
                    .apply("Pair", ParDo.of(new PairFn()))
                    .apply("Wait", ParDo.of(new WaitFn())));

    assertThat(
        refusal(view),
        allOf(
            containsString("\"Rows/Wait/ParMultiDo(Wait)\" sets timers of processing time"),
            containsString("allowProcessingTimeTimers()")));
    ViewDefinition.of(view.allowProcessingTimeTimers(), TestViews.WORDS);
  }

  @Test
  void anotherGapOrWindowIsAnotherDefinition() {
    Fingerprint minutes =
        define(words(words -> byMinute(words).apply("Count", Count.perElement()))).fingerprint();
    Fingerprint others =
        define(
                words(
                    words ->
                        words
                            .apply("Two", Window.into(FixedWindows.of(MINUTE.multipliedBy(2))))
                            .apply("Count", Count.perElement())))
            .fingerprint();

    assertThat(
        minutes.changesTo(others).toString(),
        is("[windows was FixedWindows(size=PT1M) and is FixedWindows(size=PT2M)]"));
  }

  @Test
  void valuesOfSeveralWindowsMergeOnlyIfTheViewSaysHow() {
    WindowedView<String, String, Long> view =
        words(words -> byMinute(words).apply("Count", Count.perElement()));

    UserException refused =
        assertThrows(
            UserException.class, () -> define(view).combineFn().mergeAccumulators(List.of(1L, 2L)));
    assertThat(refused.getMessage(), containsString("call totals(...) on the view"));
    assertThat(
        define(view.totals(Long::sum)).combineFn().mergeAccumulators(List.of(1L, 2L)), is(3L));
    assertThat(define(view).combineFn().mergeAccumulators(List.of(1L)), is(1L));
  }

  @Test
  void namesTheViewInWrongDurations() {
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                MaterializedView.of(String.class, "words")
                    .lateness(Duration.ZERO)
                    .lookback(Duration.ZERO));
    assertThat(error.getMessage(), containsString("view \"words\": lookback is PT0S"));
    assertThat(error.getMessage(), not(containsString("null")));
  }

  private static final class JoinedFn
      extends DoFn<KV<String, org.apache.beam.sdk.transforms.join.CoGbkResult>, KV<String, Long>> {
    @ProcessElement
    public void process(
        @Element KV<String, org.apache.beam.sdk.transforms.join.CoGbkResult> element,
        OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(element.getKey(), 1L));
    }
  }

  private static final class NthFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    @StateId("n")
    private final StateSpec<ValueState<Long>> spec = StateSpecs.value(VarLongCoder.of());

    @ProcessElement
    public void process(@StateId("n") ValueState<Long> state) {
      state.write(1L);
    }
  }

  private static final class WaitFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    @TimerId("wait")
    private final TimerSpec spec = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

    @ProcessElement
    public void process() {}

    @OnTimer("wait")
    public void onTimer() {}
  }

  private static final class LengthFn extends DoFn<String, KV<Double, Long>> {
    @ProcessElement
    public void process(@Element String word, OutputReceiver<KV<Double, Long>> out) {
      out.output(KV.of((double) word.length(), 1L));
    }
  }

  private static final class UngroupFn extends DoFn<KV<Double, Iterable<Long>>, KV<String, Long>> {
    @ProcessElement
    public void process() {}
  }

  private static final class SidedFn extends DoFn<String, KV<String, Long>> {
    private final PCollectionView<Map<String, Long>> counts;

    SidedFn(PCollectionView<Map<String, Long>> counts) {
      this.counts = counts;
    }

    @ProcessElement
    public void process(ProcessContext context) {
      context.output(KV.of(context.element(), context.sideInput(counts).get(context.element())));
    }
  }
}
