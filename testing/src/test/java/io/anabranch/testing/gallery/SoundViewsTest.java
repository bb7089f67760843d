/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import static io.anabranch.testing.gallery.Kit.kit;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;

import io.anabranch.api.MaterializedView;
import io.anabranch.testing.Equivalence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.joda.time.DateTimeZone;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** Views that do all that Beam has, rightly: the kit finds nothing. */
final class SoundViewsTest {
  private static final KvCoder<String, Long> CODER =
      KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());

  @Test
  void sideInputAndMoreOutputs() {
    assertThat(priced(), kit().underSchedules(20));
  }

  @Test
  void bufferThatIsGivenOutAtTheEndOfTheBundle() {
    assertThat(combined(ParDo.of(new BufferFn())), kit().underSchedules(20));
  }

  @Test
  void sumsOfDoublesInSessions() {
    MaterializedView<String, String, Double> view =
        MaterializedView.of(String.class, "sound")
            .lateness(Duration.ofMinutes(30))
            .lookback(Duration.ofHours(6))
            .rows(
                new PTransform<PCollection<String>, PCollection<KV<String, Double>>>() {
                  @Override
                  public PCollection<KV<String, Double>> expand(PCollection<String> events) {
                    return events
                        .apply(
                            Window.into(
                                Sessions.withGapDuration(org.joda.time.Duration.standardHours(1))))
                        .apply("Tenths", ParDo.of(new TenthsFn()))
                        .setCoder(KvCoder.of(StringUtf8Coder.of(), DoubleCoder.of()))
                        .apply(org.apache.beam.sdk.transforms.Sum.doublesPerKey());
                  }
                });

    assertThat(view, kit().underSchedules(5));
  }

  @Test
  void bucketsOfACalendar() {
    MaterializedView<String, String, Long> view =
        MaterializedView.of(String.class, "sound")
            .bucket(CalendarWindows.days(1).withTimeZone(DateTimeZone.forID("America/St_Johns")))
            .contributions(ParDo.of(new BufferFn()))
            .combine(Sum.ofLongs());

    assertThat(view, kit().underSchedules(20));
  }

  @Test
  void timeOfTheEventAsTimestamp() {
    MaterializedView<String, String, Long> view = combined(ParDo.of(new TimedFn()));

    assertThat(
        view,
        Equivalence.<String>agreesInEveryArchitecture()
            .given(
                random ->
                    Kit.events(random).stream()
                        .map(
                            event ->
                                TimestampedValue.of(
                                    event.getValue() + "@" + event.getTimestamp(),
                                    event.getTimestamp()))
                        .toList())
            .underSchedules(30));
  }

  @Test
  void functionThatHasNoEmptyAccumulator() {
    MaterializedView<String, String, Long> view =
        MaterializedView.of(String.class, "sound")
            .bucket(Duration.ofHours(1))
            .contributions(ParDo.of(new BrokenFns.Parse()))
            .combine(new HighestOfAny());

    assertThat(view, kit().underSchedules(20));
  }

  @Test
  void contributionsAndValuesWithoutText() {
    MaterializedView<String, String, Opaque> view =
        MaterializedView.of(String.class, "sound")
            .bucket(Duration.ofHours(1))
            .contributions(
                new PTransform<PCollection<String>, PCollection<KV<String, Opaque>>>() {
                  @Override
                  public PCollection<KV<String, Opaque>> expand(PCollection<String> events) {
                    return events
                        .apply("Parse", ParDo.of(new BrokenFns.Parse()))
                        .setCoder(CODER)
                        .apply("Wrap", ParDo.of(new WrapFn()))
                        .setCoder(KvCoder.of(StringUtf8Coder.of(), Opaque.CODER));
                  }
                })
            .combine(new SumAs<>((Opaque each) -> each.number, Opaque::new));

    assertThat(view, kit().underSchedules(10));
  }

  @Test
  void sideInputThatIsNotThereAndNotAskedFor() {
    MaterializedView<String, String, Long> view =
        combined(
            new PTransform<PCollection<String>, PCollection<KV<String, Long>>>() {
              @Override
              public PCollection<KV<String, Long>> expand(PCollection<String> events) {
                PCollectionView<Long> nothing =
                    events
                        .getPipeline()
                        .apply("Nothing", Create.empty(VarLongCoder.of()))
                        .apply(org.apache.beam.sdk.transforms.View.asSingleton());
                return events
                    .apply("Ask", ParDo.of(new AskingFn(nothing)).withSideInputs(nothing))
                    .setCoder(CODER);
              }
            });

    assertThat(view, kit().underSchedules(10));
  }

  @Test
  void viewThatContributesNothingIsNotTested() {
    MaterializedView<String, String, Long> view =
        combined(
            new PTransform<PCollection<String>, PCollection<KV<String, Long>>>() {
              @Override
              public PCollection<KV<String, Long>> expand(PCollection<String> events) {
                return events
                    .apply(Filter.by(event -> false))
                    .apply(ParDo.of(new BrokenFns.Parse()));
              }
            });

    assertThat(
        Kit.message(view), containsString("no event contributes anything, so no row was compared"));
  }

  @Test
  void valuesThatNobodyCanDistinguishAreRefused() {
    MaterializedView<String, String, Object> view =
        MaterializedView.of(String.class, "sound")
            .bucket(Duration.ofHours(1))
            .contributions(ParDo.of(new BrokenFns.Parse()))
            .combine(new SumAs<>((Long each) -> each, sum -> new Object()));

    assertThat(
        Kit.message(view),
        allOf(
            containsString("view \"sound\" is refused: values are of class "),
            containsString("neither equals nor toString")));
  }

  @Test
  void stateAndTimers() {
    MaterializedView<String, String, Long> view =
        MaterializedView.of(String.class, "highest")
            .lateness(Duration.ofMinutes(30))
            .lookback(Duration.ofHours(1))
            .rows(
                new PTransform<PCollection<String>, PCollection<KV<String, Long>>>() {
                  @Override
                  public PCollection<KV<String, Long>> expand(PCollection<String> events) {
                    return events
                        .apply("Parse", ParDo.of(new BrokenFns.Parse()))
                        .setCoder(CODER)
                        .apply(
                            Window.into(FixedWindows.of(org.joda.time.Duration.standardHours(1))))
                        .apply("Highest", ParDo.of(new HighestFn()))
                        .setCoder(CODER);
                  }
                });

    assertThat(view, kit().underSchedules(10));
  }

  static MaterializedView<String, String, Long> priced() {
    return combined(transform());
  }

  static PTransform<PCollection<String>, PCollection<KV<String, Long>>> transform() {
    return new PTransform<PCollection<String>, PCollection<KV<String, Long>>>() {
      @Override
      public PCollection<KV<String, Long>> expand(PCollection<String> events) {
        PCollectionView<Map<String, Long>> prices =
            events
                .getPipeline()
                .apply("Prices", Create.of(KV.of("k0", 2L), KV.of("k1", 3L)))
                .apply(org.apache.beam.sdk.transforms.View.asMap());
        PCollectionTuple priced =
            events.apply(
                "Price",
                ParDo.of(new PriceFn(prices))
                    .withSideInputs(prices)
                    .withOutputTags(PriceFn.PRICED, TupleTagList.of(PriceFn.FREE)));
        return PCollectionList.of(priced.get(PriceFn.PRICED).setCoder(CODER))
            .and(priced.get(PriceFn.FREE).setCoder(CODER))
            .apply(Flatten.pCollections());
      }
    };
  }

  private static MaterializedView<String, String, Long> combined(
      PTransform<? super PCollection<String>, PCollection<KV<String, Long>>> contributions) {
    return MaterializedView.of(String.class, "sound")
        .bucket(Duration.ofHours(1))
        .contributions(contributions)
        .combine(Sum.ofLongs());
  }

  private static final class PriceFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    static final TupleTag<KV<String, Long>> PRICED = new TupleTag<>() {};
    static final TupleTag<KV<String, Long>> FREE = new TupleTag<>() {};
    private final PCollectionView<Map<String, Long>> prices;

    PriceFn(PCollectionView<Map<String, Long>> prices) {
      this.prices = prices;
    }

    @ProcessElement
    public void process(@Element String event, ProcessContext context) {
      KV<String, Long> parsed = BrokenFns.parse(event);
      Long price = context.sideInput(prices).get(parsed.getKey());
      if (price == null) {
        context.output(FREE, parsed);
      } else {
        context.output(PRICED, KV.of(parsed.getKey(), price * parsed.getValue()));
      }
    }
  }

  private static final class TenthsFn extends DoFn<String, KV<String, Double>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Double>> out) {
      KV<String, Long> parsed = BrokenFns.parse(event);
      out.output(KV.of(parsed.getKey(), parsed.getValue() / 10.0));
    }
  }

  private static final class TimedFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      String[] parts = event.split("@", 2);
      out.outputWithTimestamp(BrokenFns.parse(parts[0]), Instant.parse(parts[1]));
    }
  }

  private static final class AskingFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Long> nothing;

    AskingFn(PCollectionView<Long> nothing) {
      this.nothing = nothing;
    }

    @ProcessElement
    public void process(@Element String event, ProcessContext context) {
      KV<String, Long> parsed = BrokenFns.parse(event);
      context.output(
          parsed.getValue() < 0
              ? KV.of(parsed.getKey(), context.sideInput(nothing)) // which fails
              : parsed);
    }
  }

  /** Its accumulator is null, and its value fails, as long as nothing was added. */
  private static final class HighestOfAny extends CombineFn<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return null;
    }

    @Override
    public Long addInput(Long accumulator, Long input) {
      return accumulator == null ? input : Math.max(accumulator, input);
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> accumulators) {
      Long highest = null;
      for (Long accumulator : accumulators) {
        highest = accumulator == null ? highest : addInput(highest, accumulator);
      }
      return highest;
    }

    @Override
    public Long extractOutput(Long accumulator) {
      return accumulator.longValue();
    }

    @Override
    public Coder<Long> getAccumulatorCoder(CoderRegistry registry, Coder<Long> input) {
      return NullableCoder.of(VarLongCoder.of());
    }
  }

  /** A number that has equals, but no text. */
  private static final class Opaque {
    static final Coder<Opaque> CODER =
        DelegateCoder.of(VarLongCoder.of(), opaque -> opaque.number, Opaque::new);
    private final long number;

    Opaque(long number) {
      this.number = number;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Opaque opaque && opaque.number == number;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }

  /** Adds up what inputs say, and says the sum in its own way. */
  private static final class SumAs<I, O> extends CombineFn<I, Long, O> {
    private static final long serialVersionUID = 1L;
    private final SerializableFunction<I, Long> in;
    private final SerializableFunction<Long, O> out;

    SumAs(SerializableFunction<I, Long> in, SerializableFunction<Long, O> out) {
      this.in = in;
      this.out = out;
    }

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long addInput(Long accumulator, I input) {
      return accumulator + in.apply(input);
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> accumulators) {
      long sum = 0;
      for (long accumulator : accumulators) {
        sum += accumulator;
      }
      return sum;
    }

    @Override
    public O extractOutput(Long accumulator) {
      return out.apply(accumulator);
    }
  }

  private static final class WrapFn extends DoFn<KV<String, Long>, KV<String, Opaque>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element KV<String, Long> each, OutputReceiver<KV<String, Opaque>> out) {
      out.output(KV.of(each.getKey(), new Opaque(each.getValue())));
    }
  }

  private static final class BufferFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private transient List<Kept> buffer;

    private record Kept(String event, Instant timestamp, BoundedWindow window) {}

    @StartBundle
    public void start() {
      buffer = new ArrayList<>();
    }

    @ProcessElement
    public void process(@Element String event, @Timestamp Instant timestamp, BoundedWindow window) {
      buffer.add(new Kept(event, timestamp, window));
    }

    @FinishBundle
    public void finish(FinishBundleContext context) {
      for (Kept kept : buffer) {
        context.output(BrokenFns.parse(kept.event()), kept.timestamp(), kept.window());
      }
    }
  }

  private static final class HighestFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @StateId("highest")
    private final StateSpec<ValueState<Long>> spec = StateSpecs.value(VarLongCoder.of());

    @StateId("key")
    private final StateSpec<ValueState<String>> keySpec = StateSpecs.value(StringUtf8Coder.of());

    @TimerId("end")
    private final TimerSpec timer = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<String, Long> event,
        BoundedWindow window,
        @StateId("highest") ValueState<Long> highest,
        @StateId("key") ValueState<String> key,
        @TimerId("end") Timer end) {
      Long before = highest.read();
      highest.write(before == null ? event.getValue() : Math.max(before, event.getValue()));
      key.write(event.getKey());
      end.set(window.maxTimestamp());
    }

    @OnTimer("end")
    public void onEnd(
        @StateId("highest") ValueState<Long> highest,
        @StateId("key") ValueState<String> key,
        OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(key.read(), highest.read()));
    }
  }
}
