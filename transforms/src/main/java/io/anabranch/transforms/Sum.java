/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/**
 * Exact sums.
 *
 * <p>The accumulator is the sum so far, in the unit of the contributions; its coder is {@link
 * VarLongCoder}, 1 byte for small sums and at most 10. The sum of nothing is 0.
 *
 * <p>A sum that leaves the range of {@code long} throws an {@link ArithmeticException}, which fails
 * the bundle, rather than turning negative. With contributions of both signs a partial sum can
 * overflow although the whole would fit.
 *
 * <pre>{@code
 * View.<Request>named("bytes").bucket(Duration.ofMinutes(1))
 *     .contributions(new BytesByStatus())   // KV<String, Long>
 *     .combine(Sum.ofLongs())
 * }</pre>
 */
public final class Sum {
  private Sum() {}

  /** Returns the sum of {@code long} contributions. */
  public static CombineFn<Long, ?, Long> ofLongs() {
    return new SumLongsFn();
  }

  /** Adds exactly; the accumulator is immutable, so it may be shared and aliased freely. */
  private static final class SumLongsFn extends CombineFn<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long addInput(Long accumulator, Long input) {
      return add(accumulator, input);
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> accumulators) {
      long sum = 0;
      for (Long accumulator : accumulators) {
        sum = add(sum, accumulator);
      }
      return sum;
    }

    @Override
    public Long extractOutput(Long accumulator) {
      return accumulator;
    }

    @Override
    public Coder<Long> getAccumulatorCoder(CoderRegistry registry, Coder<Long> inputCoder) {
      return VarLongCoder.of();
    }

    @Override
    public Coder<Long> getDefaultOutputCoder(CoderRegistry registry, Coder<Long> inputCoder) {
      return VarLongCoder.of();
    }

    private static long add(long a, long b) {
      long sum = a + b;
      if (((a ^ sum) & (b ^ sum)) < 0) { // as Math.addExact, with a message that names the numbers
        throw new ArithmeticException(
            "the sum of "
                + a
                + " and "
                + b
                + " is outside of the range of a long: sum in a larger unit, or leave out"
                + " contributions that cannot be true");
      }
      return sum;
    }
  }
}
