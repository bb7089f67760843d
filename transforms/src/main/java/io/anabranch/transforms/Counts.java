/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/**
 * Exact counts.
 *
 * <p>The accumulator is the number of contributions so far; its coder is {@link VarLongCoder}. The
 * count of nothing is 0.
 *
 * <pre>{@code
 * View.<Order>named("orders").bucket(Duration.ofHours(1))
 *     .contributions(new OrderIdByShop())   // KV<String, AnyType>
 *     .combine(Counts.contributions())
 * }</pre>
 */
public final class Counts {
  private Counts() {}

  /**
   * Returns the number of contributions, whatever their type and value.
   *
   * @param <T> one contribution
   */
  public static <T> CombineFn<T, ?, Long> contributions() {
    return new CountFn<>();
  }

  private static final class CountFn<T> extends CombineFn<T, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long addInput(Long accumulator, T input) {
      return accumulator + 1;
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> accumulators) {
      long count = 0;
      for (Long accumulator : accumulators) {
        count = Math.addExact(count, accumulator);
      }
      return count;
    }

    @Override
    public Long extractOutput(Long accumulator) {
      return accumulator;
    }

    @Override
    public Coder<Long> getAccumulatorCoder(CoderRegistry registry, Coder<T> inputCoder) {
      return VarLongCoder.of();
    }

    @Override
    public Coder<Long> getDefaultOutputCoder(CoderRegistry registry, Coder<T> inputCoder) {
      return VarLongCoder.of();
    }
  }
}
