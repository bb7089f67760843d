/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.spi.row.SqlMerge;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Min;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

class SqlPartsTest {
  /** If it fails with a new release of Beam, accumulators show what they hold in another form. */
  @Test
  void aMeanIsItsCountAndItsSum() throws Exception {
    assertThat(
        part(Mean.of(), DoubleCoder.of(), List.of(1.5, -4.0, 0.25)), is(Optional.of("[3,-2.25]")));
  }

  @Test
  void aNumberIsItself() throws Exception {
    assertThat(
        part(Sum.ofLongs(), VarLongCoder.of(), List.of(1L << 60, 5L)),
        is(Optional.of("1152921504606846981")));
    assertThat(
        part(Sum.ofDoubles(), DoubleCoder.of(), List.of(1e20, 0.5)), is(Optional.of("1.0E20")));
    assertThat(
        part(Count.<String>combineFn(), StringUtf8Coder.of(), List.of("a", "b")),
        is(Optional.of("2")));
  }

  @Test
  void whatIsNoNumberHasNone() throws Exception {
    assertThat(part(Sum.ofDoubles(), DoubleCoder.of(), List.of(Double.NaN)), is(Optional.empty()));
    assertThat(
        part(Max.ofDoubles(), DoubleCoder.of(), List.of(Double.POSITIVE_INFINITY)),
        is(Optional.empty()));
    assertThat(part(Mean.of(), DoubleCoder.of(), List.of(Double.NaN)), is(Optional.empty()));
    assertThat(part(Top.largestLongsFn(3), VarLongCoder.of(), List.of(1L)), is(Optional.empty()));
  }

  @Test
  void onlyBeamsOwnFunctionsMergeInSql() {
    assertThat(merge(Min.ofLongs()), is(Optional.of(SqlMerge.MIN)));
    assertThat(merge(Max.ofIntegers()), is(Optional.of(SqlMerge.MAX)));
    assertThat(merge(Count.combineFn()), is(Optional.of(SqlMerge.SUM)));
    assertThat(merge(Top.largestLongsFn(3)), is(Optional.empty()));
    assertThat("means in a form of the author's", merge(Mean.<Double>of()), is(Optional.empty()));
  }

  private static Optional<SqlMerge> merge(CombineFn<?, ?, ?> function) {
    return SqlParts.mergeOf(function, SerializableCoder.of(String.class));
  }

  private static <V, A> Optional<String> part(
      CombineFn<V, A, ?> function, Coder<V> coder, List<V> inputs)
      throws CannotProvideCoderException, CoderException {
    A accumulator = function.createAccumulator();
    for (V input : inputs) {
      accumulator = function.addInput(accumulator, input);
    }
    Coder<A> coderOfAccumulators =
        function.getAccumulatorCoder(CoderRegistry.createDefault(), coder);
    return SqlParts.of(function, coderOfAccumulators)
        .of(CoderUtils.encodeToByteArray(coderOfAccumulators, accumulator));
  }
}
