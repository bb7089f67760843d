/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import static io.anabranch.testing.gallery.Kit.kit;
import static org.hamcrest.MatcherAssert.assertThat;

import io.anabranch.api.View;
import io.anabranch.testing.Equivalence;
import io.anabranch.transforms.Sum;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
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
  void nothingContributedAndNothingThere() {
    View<String, String, Long> view =
        combined(
            new PTransform<PCollection<String>, PCollection<KV<String, Long>>>() {
              @Override
              public PCollection<KV<String, Long>> expand(PCollection<String> events) {
                return events
                    .apply(Filter.by(event -> false))
                    .apply(ParDo.of(new BrokenFns.Parse()));
              }
            });

    assertThat(view, kit().underSchedules(10));
    assertThat(
        view,
        Equivalence.<String>agreesInEveryArchitecture()
            .given(List.of())
            .coder(StringUtf8Coder.of())
            .underSchedules(1));
  }

  @Test
  void stateAndTimers() {
    View<String, String, Long> view =
        View.<String>named("highest")
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

  static View<String, String, Long> priced() {
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

  private static View<String, String, Long> combined(
      PTransform<? super PCollection<String>, PCollection<KV<String, Long>>> contributions) {
    return View.<String>named("sound")
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
