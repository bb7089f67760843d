/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import java.util.List;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.SerializableFunction;

/** Combine functions that make the most of what Beam allows them. */
final class Functions {
  private Functions() {}

  /** All contributions in order; merging and extracting change the accumulators they are given. */
  static CombineFn<Long, List<Long>, List<Long>> sorted() {
    return new MutatingFn<>(List::copyOf);
  }

  /** The largest contribution if it is positive, null otherwise. */
  static CombineFn<Long, List<Long>, Long> largestPositive() {
    return new MutatingFn<>(
        all -> all.isEmpty() || all.get(all.size() - 1) <= 0 ? null : all.get(all.size() - 1));
  }

  /** Anything of all contributions, the smallest first. */
  static <O> CombineFn<Long, List<Long>, O> of(SerializableFunction<List<Long>, O> value) {
    return new MutatingFn<>(value);
  }

  private static final class MutatingFn<O> extends KeepsAll<O> {
    private final SerializableFunction<List<Long>, O> value;

    MutatingFn(SerializableFunction<List<Long>, O> value) {
      this.value = value;
    }

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> first = null;
      for (List<Long> accumulator : accumulators) {
        if (first == null) {
          first = accumulator;
        } else {
          first.addAll(accumulator);
          accumulator.clear();
        }
      }
      return first;
    }

    @Override
    public O extractOutput(List<Long> accumulator) {
      accumulator.sort(null);
      O output = value.apply(accumulator);
      accumulator.clear();
      return output;
    }
  }
}
