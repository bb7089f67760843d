/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/** A combine function whose accumulator holds all contributions. */
abstract class KeepsAll<O> extends CombineFn<Long, List<Long>, O> {
  @Override
  public List<Long> createAccumulator() {
    return new ArrayList<>();
  }

  @Override
  public List<Long> addInput(List<Long> accumulator, Long input) {
    accumulator.add(input);
    return accumulator;
  }

  @Override
  public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
    List<Long> all = createAccumulator();
    accumulators.forEach(all::addAll);
    return all;
  }

  @Override
  public Coder<List<Long>> getAccumulatorCoder(CoderRegistry registry, Coder<Long> input) {
    return ListCoder.of(VarLongCoder.of());
  }
}
