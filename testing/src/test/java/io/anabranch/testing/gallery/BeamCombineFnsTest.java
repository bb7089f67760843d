/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import static io.anabranch.testing.LawMatchers.keepsItsLaws;
import static io.anabranch.testing.gallery.Kit.kit;
import static org.hamcrest.MatcherAssert.assertThat;

import io.anabranch.api.*;
import io.anabranch.testing.Equivalence;
import io.anabranch.transforms.*;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.*;
import org.apache.beam.sdk.transforms.ApproximateQuantiles.ApproximateQuantilesCombineFn;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Beam's own combine functions agree in every architecture, as they are. The imports are those of
 * an author who imports all of Beam's transforms and all of ours: no two names collide.
 */
final class BeamCombineFnsTest {

  static Stream<Arguments> functions() {
    return Stream.of(
        Arguments.of("doubles", doubles(Sum.ofDoubles())),
        Arguments.of("counts", numbers(Count.combineFn())),
        Arguments.of("smallest", numbers(Min.<Long>naturalOrder())),
        Arguments.of("means", numbers(Mean.<Long>of())),
        Arguments.of("largest three", numbers(Top.<Long>largestFn(3))),
        Arguments.of("quartiles", numbers(ApproximateQuantilesCombineFn.<Long>create(5))),
        Arguments.of("distinct values", texts(DistinctCount.approximately())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("functions")
  void agreeInEveryArchitecture(String name, MaterializedView<String, ?, ?> view) {
    Equivalence<String> kit = kit().underSchedules(10);

    assertThat(name, view, name.equals("doubles") ? kit.within(1e-9) : kit);
  }

  @Test
  void keepTheirLaws() {
    keepsLaws(Sum.ofLongs());
    keepsLaws(Max.ofLongs());
    keepsLaws(Max.<Long>naturalOrder());
    keepsLaws(Min.ofLongs());
    keepsLaws(Mean.<Long>of());
    keepsLaws(Top.<Long>smallestFn(3));
  }

  private static <A, O> void keepsLaws(CombineFn<Long, A, O> fn) {
    assertThat(fn, keepsItsLaws(VarLongCoder.of(), List.of(3L, -1L, 3L, 40L, 7L, 0L, 7L, 12L)));
  }

  private static MaterializedView.Bucketed<String> view() {
    return MaterializedView.of(String.class, "beam").bucket(Duration.ofHours(1));
  }

  private static String key(String event) {
    return BrokenFns.parse(event).getKey();
  }

  private static <A, O> MaterializedView<String, ?, O> numbers(CombineFn<Long, A, O> fn) {
    return view()
        .contributions(BeamCombineFnsTest::key, event -> BrokenFns.parse(event).getValue())
        .combine(fn);
  }

  private static <A, O> MaterializedView<String, ?, O> doubles(CombineFn<Double, A, O> fn) {
    return view()
        .contributions(BeamCombineFnsTest::key, event -> BrokenFns.parse(event).getValue() / 10.0)
        .combine(fn);
  }

  private static <A, O> MaterializedView<String, ?, O> texts(CombineFn<String, A, O> fn) {
    return view().contributions(BeamCombineFnsTest::key, event -> event).combine(fn);
  }
}
