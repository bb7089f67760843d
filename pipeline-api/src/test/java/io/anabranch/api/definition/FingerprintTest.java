/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.api.CombinedView;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.definition.TestViews.PairFn;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

class FingerprintTest {

  @Test
  void equalDefinitionsHaveEqualFingerprints() {
    Fingerprint one = ViewDefinition.of(TestViews.counted(), TestViews.WORDS).fingerprint();
    Fingerprint other = ViewDefinition.of(TestViews.counted(), TestViews.WORDS).fingerprint();

    assertThat(other, equalTo(one));
    assertThat(other.toString(), equalTo(one.toString()));
    assertThat(one.changesTo(other), empty());
  }

  @Test
  void namesEachPartThatRowsDependOn() {
    Fingerprint fingerprint = ViewDefinition.of(TestViews.counted(), TestViews.WORDS).fingerprint();

    assertThat(
        fingerprint.toString(),
        is(
            """
            kind=combined
            bucket=PT1M
            key=org.apache.beam.sdk.coders.StringUtf8Coder
            contribution=org.apache.beam.sdk.coders.VarLongCoder
            combine=org.apache.beam.sdk.transforms.Sum$SumLongFn
            accumulator=org.apache.beam.sdk.coders.DelegateCoder
            event format=revision 1
            revision=1"""));
  }

  @Test
  void codersWithinCodersAreNamed() {
    Fingerprint fingerprint =
        ViewDefinition.of(
                TestViews.summed(
                    words ->
                        words
                            .apply("Pair", ParDo.of(new PairFn()))
                            .setCoder(
                                KvCoder.of(
                                    NullableCoder.of(StringUtf8Coder.of()), VarLongCoder.of()))),
                TestViews.WORDS)
            .fingerprint();

    assertThat(
        fingerprint.parts().get("key"),
        is(
            "org.apache.beam.sdk.coders.NullableCoder("
                + "org.apache.beam.sdk.coders.StringUtf8Coder)"));
  }

  @Test
  void nameThatTheCompilerOfLambdasMakesUpIsLeftOut() {
    CombineFn<Long, List<Long>, Long> fn = new ByLambdaFn<>(values -> values.get(0));
    SerializableFunction<String, String> lambda = word -> word;

    String combine = listed(fn).fingerprint().parts().get("combine");

    assertThat(lambda.getClass().getName(), containsString("$$Lambda")); // else this tests nothing
    assertThat(combine, is(ByLambdaFn.class.getName()));
    assertThat(Fingerprint.className(lambda), is(FingerprintTest.class.getName() + "$$Lambda"));
  }

  @Test
  void saysWhichPartsChangedAndHow() {
    CombinedView<String, String, Long, long[], Long> view = TestViews.counted();
    Fingerprint before = ViewDefinition.of(view, TestViews.WORDS).fingerprint();
    Fingerprint after =
        ViewDefinition.of(
                MaterializedView.of(String.class, "words")
                    .bucket(Duration.ofHours(1))
                    .contributions(view.contributions())
                    .combine(Max.ofLongs())
                    .revision(3),
                TestViews.WORDS)
            .fingerprint();

    assertThat(
        before.changesTo(after),
        contains(
            "bucket was PT1M and is PT1H",
            "combine was org.apache.beam.sdk.transforms.Sum$SumLongFn and is"
                + " org.apache.beam.sdk.transforms.Max$MaxLongFn",
            "revision was 1 and is 3"));
    assertThat(after, not(before));
  }

  @Test
  void parametersOfTheCombineFunctionAreAPart() {
    Fingerprint five = largest(5);
    Fingerprint ten = largest(10);

    assertThat(largest(5), is(five));
    assertThat(five.changesTo(ten), contains(containsString("combine parameters was ")));
    assertThat(five.changesTo(ten), contains(containsString("count=5")));
    assertThat(five.changesTo(ten), contains(containsString("count=10")));
    assertThat(Fingerprint.parse(five.toString()), is(five));
  }

  @Test
  void partsThatComeOrGoAreChanges() {
    Fingerprint one = new Fingerprint(Map.of("bucket", "PT1M"));
    Fingerprint two = new Fingerprint(Map.of("lateness", "PT1H"));

    assertThat(
        one.changesTo(two),
        contains("bucket was PT1M and is nothing", "lateness was nothing and is PT1H"));
  }

  @Test
  void orderOfThePartsIsKeptAndDoesNotMatter() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("z", "1");
    parts.put("a", "2");
    Map<String, String> turned = new LinkedHashMap<>();
    turned.put("a", "2");
    turned.put("z", "1");

    assertThat(new Fingerprint(parts).toString(), is("z=1\na=2"));
    assertThat(new Fingerprint(parts), is(new Fingerprint(turned)));
  }

  @Test
  void textIsReadBack() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("kind", "combined");
    parts.put("equation", "a=b=c");
    parts.put("nothing", "");
    Fingerprint fingerprint = new Fingerprint(parts);

    assertThat(Fingerprint.parse(fingerprint.toString()), is(fingerprint));
    assertThat(Fingerprint.parse(fingerprint.toString()).toString(), is(fingerprint.toString()));
    assertThat(Fingerprint.parse(""), is(new Fingerprint(Map.of())));
  }

  @Test
  void fingerprintOfADefinitionIsReadBack() {
    Fingerprint fingerprint = ViewDefinition.of(TestViews.counted(), TestViews.WORDS).fingerprint();

    assertThat(Fingerprint.parse(fingerprint.toString()), is(fingerprint));
  }

  private static Fingerprint largest(int count) {
    return ViewDefinition.of(
            MaterializedView.of(String.class, "words")
                .bucket(Duration.ofMinutes(1))
                .contributions(TestViews.counted().contributions())
                .combine(Top.<Long>largestFn(count)),
            TestViews.WORDS)
        .fingerprint();
  }

  private static ViewDefinition<String, String, ?, ?, Long> listed(
      CombineFn<Long, List<Long>, Long> fn) {
    return ViewDefinition.of(
        MaterializedView.of(String.class, "words")
            .bucket(Duration.ofMinutes(1))
            .contributions(
                TestViews.composite(
                    (PCollection<String> words) -> words.apply("Pair", ParDo.of(new PairFn()))))
            .combine(fn),
        TestViews.WORDS);
  }

  /** A function that is one by a lambda it holds. */
  private static final class ByLambdaFn<V> extends CombineFn<V, List<V>, V> {
    private final SerializableFunction<List<V>, V> choice;

    ByLambdaFn(SerializableFunction<List<V>, V> choice) {
      this.choice = choice;
    }

    @Override
    public List<V> createAccumulator() {
      return new java.util.ArrayList<>();
    }

    @Override
    public List<V> addInput(List<V> accumulator, V input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public List<V> mergeAccumulators(Iterable<List<V>> accumulators) {
      List<V> all = new java.util.ArrayList<>();
      accumulators.forEach(all::addAll);
      return all;
    }

    @Override
    public V extractOutput(List<V> accumulator) {
      return choice.apply(accumulator);
    }

    @Override
    public Coder<List<V>> getAccumulatorCoder(CoderRegistry registry, Coder<V> input) {
      return ListCoder.of(input);
    }
  }
}
