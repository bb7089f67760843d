/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.CombineFnTester;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class SumTest {

  @Test
  void sumIsTheSameHoweverTheInputIsDivided() {
    CombineFnTester.testCombineFn(Sum.ofLongs(), Arrays.asList(3L, -1L, 0L, 40L, 7L), 49L);
    CombineFnTester.testCombineFn(Counts.contributions(), Arrays.asList("a", "b", "a"), 3L);
  }

  @Test
  void nothingSumsToZero() {
    CombineFnTester.testCombineFn(Sum.ofLongs(), List.of(), 0L);
    CombineFnTester.testCombineFn(Counts.<String>contributions(), List.of(), 0L);
  }

  @Test
  void limitsOfLongAreReachedExactly() {
    assertThat(sum(Sum.ofLongs(), Long.MAX_VALUE - 1, 1), is(Long.MAX_VALUE));
    assertThat(sum(Sum.ofLongs(), Long.MIN_VALUE + 1, -1), is(Long.MIN_VALUE));
  }

  @Test
  void overflowNamesBothNumbersAndWhatToDo() {
    ArithmeticException adding =
        assertThrows(ArithmeticException.class, () -> sum(Sum.ofLongs(), Long.MAX_VALUE, 1));
    ArithmeticException merging =
        assertThrows(ArithmeticException.class, () -> merged(Sum.ofLongs(), Long.MIN_VALUE, -1L));

    assertThat(
        adding.getMessage(),
        is(
            "the sum of 9223372036854775807 and 1 is outside of the range of a long: sum in a"
                + " larger unit, or leave out contributions that cannot be true"));
    assertThat(merging.getMessage(), containsString("the sum of -9223372036854775808 and -1"));
  }

  @Test
  void accumulatorsAreStoredAsVarLongs() throws Exception {
    CoderRegistry registry = CoderRegistry.createDefault();

    assertThat(
        Sum.ofLongs().getAccumulatorCoder(registry, VarLongCoder.of()), is(VarLongCoder.of()));
    assertThat(
        Counts.<Long>contributions().getAccumulatorCoder(registry, VarLongCoder.of()),
        is(VarLongCoder.of()));
  }

  @Test
  void functionsAreSerializable() {
    SerializableUtils.ensureSerializable(Sum.ofLongs());
    SerializableUtils.ensureSerializable(Counts.contributions());
  }

  private static <A> long sum(CombineFn<Long, A, Long> fn, long... inputs) {
    A accumulator = fn.createAccumulator();
    for (long input : inputs) {
      accumulator = fn.addInput(accumulator, input);
    }
    return fn.extractOutput(accumulator);
  }

  private static <A> long merged(CombineFn<Long, A, Long> fn, long first, long second) {
    return fn.extractOutput(
        fn.mergeAccumulators(
            List.of(
                fn.addInput(fn.createAccumulator(), first),
                fn.addInput(fn.createAccumulator(), second))));
  }
}
