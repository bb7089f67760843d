/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;

import io.anabranch.api.CombinedView;
import io.anabranch.api.definition.TestViews.PairFn;
import io.anabranch.api.definition.TestViews.SameFn;
import java.util.Map;
import java.util.function.Function;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Redistribute;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.junit.jupiter.api.Test;

/**
 * Whatever treats each event by itself is allowed, and gives the coders by which rows are stored.
 */
class AllowedContributionsTest {

  @Test
  void severalParDos() {
    assertAllowed(
        words ->
            words
                .apply("Same", ParDo.of(new SameFn<>()))
                .apply("NotBlank", Filter.by(word -> !word.isBlank()))
                .apply("Pair", ParDo.of(new PairFn())));
  }

  @Test
  void flattenOfTwoBranches() {
    assertAllowed(
        words ->
            PCollectionList.of(words.apply("Some", ParDo.of(new PairFn())))
                .and(words.apply("Others", ParDo.of(new PairFn())))
                .apply("Both", Flatten.pCollections()));
  }

  @Test
  void reshuffles() {
    assertAllowed(
        words ->
            words
                .apply("Spread", Reshuffle.viaRandomKey())
                .apply("Pair", ParDo.of(new PairFn()))
                .apply("ByKey", Reshuffle.of())
                .apply("Again", Redistribute.byKey())
                .apply("Anyhow", Redistribute.arbitrarily()));
  }

  @Test
  void lookupInAMapOfOtherOrigin() {
    assertAllowed(
        words -> {
          PCollectionView<Map<String, Long>> weights =
              words
                  .getPipeline()
                  .apply("Weights", Create.of(KV.of("a", 2L), KV.of("b", 3L)))
                  .apply("AsMap", org.apache.beam.sdk.transforms.View.asMap());
          return words.apply(
              "Weigh", ParDo.of(new WeighFn(weights)).withSideInput("weights", weights));
        });
  }

  @Test
  void singletonOfOtherOriginThatIsGroupedAndCounted() {
    assertAllowed(
        words -> {
          PCollection<String> others = words.getPipeline().apply("Others", Create.of("a", "b"));
          PCollectionView<Long> count =
              others
                  .apply("Count", Count.globally())
                  .apply("AsSingleton", org.apache.beam.sdk.transforms.View.asSingleton());
          others.apply("PairOthers", ParDo.of(new PairFn())).apply("Group", GroupByKey.create());
          return words.apply("Pair", ParDo.of(new PairFn()).withSideInput("count", count));
        });
  }

  @Test
  void theBucketAsAnIntervalWindow() {
    assertAllowed(words -> words.apply("ByBucket", ParDo.of(new BucketFn())));
  }

  @Test
  void oneOfSeveralOutputs() {
    TupleTag<KV<String, Long>> pairs = new TupleTag<>("pairs") {};
    TupleTag<String> others = new TupleTag<>("others") {};

    assertAllowed(
        words -> {
          PCollectionTuple outputs =
              words.apply(
                  "Split",
                  ParDo.of(new SplitFn(others)).withOutputTags(pairs, TupleTagList.of(others)));
          return outputs.get(pairs);
        });
  }

  @Test
  void codersAreThoseOfTheContributions() {
    CombinedView<String, Integer, Long, long[], Long> view =
        TestViews.summed(
            words ->
                words
                    .apply("Length", ParDo.of(new LengthFn()))
                    .setCoder(KvCoder.of(VarIntCoder.of(), VarLongCoder.of())));

    CombinedDefinition<String, Integer, ?, ?, Long> definition =
        ViewDefinition.of(view, TestViews.WORDS);

    assertThat(definition.keyCoder(), is(VarIntCoder.of()));
    assertThat(definition.contributionCoder(), is(KvCoder.of(VarIntCoder.of(), VarLongCoder.of())));
    assertThat(definition.name(), is("words"));
  }

  @Test
  void accumulatorCoderOfTheViewWins() {
    Coder<long[]> mine =
        DelegateCoder.of(
            VarLongCoder.of(),
            longs -> longs[0],
            value -> new long[] {value},
            TypeDescriptor.of(long[].class));

    CombinedDefinition<String, String, Long, long[], Long> definition =
        ViewDefinition.of(TestViews.counted().accumulatorCoder(mine), TestViews.WORDS);

    assertThat(definition.accumulatorCoder(), sameInstance(mine));
  }

  @Test
  void definingNeedsNoRunner() {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(new WithoutRunners(before));
    try {
      assertAllowed(words -> words.apply("Pair", ParDo.of(new PairFn())));
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private static void assertAllowed(
      Function<PCollection<String>, PCollection<KV<String, Long>>> contributions) {
    CombinedDefinition<String, String, ?, ?, Long> definition =
        ViewDefinition.of(TestViews.summed(contributions), TestViews.WORDS);

    assertThat(definition.keyCoder(), equalTo(StringUtf8Coder.of()));
  }

  /** A reader's process, which has no runner on its class path. */
  private static final class WithoutRunners extends ClassLoader {
    WithoutRunners(ClassLoader parent) {
      super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.apache.beam.runners.")) {
        throw new ClassNotFoundException(name);
      }
      return super.loadClass(name, resolve);
    }
  }

  private static final class WeighFn extends DoFn<String, KV<String, Long>> {
    private final PCollectionView<Map<String, Long>> weights;

    WeighFn(PCollectionView<Map<String, Long>> weights) {
      this.weights = weights;
    }

    @ProcessElement
    public void process(ProcessContext context) {
      long weight = context.sideInput(weights).getOrDefault(context.element(), 1L);
      context.output(KV.of(context.element(), weight));
    }
  }

  private static final class BucketFn extends DoFn<String, KV<String, Long>> {
    @ProcessElement
    public void process(IntervalWindow bucket, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(bucket.start().toString(), 1L));
    }
  }

  private static final class LengthFn extends DoFn<String, KV<Integer, Long>> {
    @ProcessElement
    public void process(@Element String word, OutputReceiver<KV<Integer, Long>> out) {
      out.output(KV.of(word.length(), 1L));
    }
  }

  private static final class SplitFn extends DoFn<String, KV<String, Long>> {
    private final TupleTag<String> others;

    SplitFn(TupleTag<String> others) {
      this.others = others;
    }

    @ProcessElement
    public void process(@Element String word, MultiOutputReceiver out) {
      out.get(others).output(word);
    }
  }
}
