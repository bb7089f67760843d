/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.AuthorException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/** Merges partial accumulators by the author's function; the result is a partial one again. */
final class MergePartials<V, A> extends CombineFn<Partial<A>, Partial<A>, Partial<A>> {
  private static final long serialVersionUID = 1L;
  private final String view;
  private final CombineFn<V, A, ?> combineFn;

  MergePartials(String view, CombineFn<V, A, ?> combineFn) {
    this.view = view;
    this.combineFn = combineFn;
  }

  @Override
  public Partial<A> createAccumulator() {
    return new Partial<>(combineFn.createAccumulator(), 0);
  }

  @Override
  public Partial<A> addInput(Partial<A> accumulator, Partial<A> input) {
    return mergeAccumulators(List.of(accumulator, input));
  }

  @Override
  public Partial<A> mergeAccumulators(Iterable<Partial<A>> partials) {
    List<A> accumulators = new ArrayList<>();
    accumulators.add(combineFn.createAccumulator()); // a function may change the first one only
    long contributions = 0;
    for (Partial<A> partial : partials) {
      accumulators.add(partial.accumulator());
      contributions += partial.contributions();
    }
    try {
      return new Partial<>(combineFn.mergeAccumulators(accumulators), contributions);
    } catch (RuntimeException | StackOverflowError e) {
      throw AuthorException.of(view, "combine", "accumulators of one key", e);
    }
  }

  @Override
  public Partial<A> compact(Partial<A> partial) {
    try {
      return new Partial<>(combineFn.compact(partial.accumulator()), partial.contributions());
    } catch (RuntimeException | StackOverflowError e) {
      throw AuthorException.of(view, "combine", "an accumulator", e);
    }
  }

  @Override
  public Partial<A> extractOutput(Partial<A> partial) {
    return partial;
  }

  @Override
  public Coder<Partial<A>> getAccumulatorCoder(CoderRegistry registry, Coder<Partial<A>> input) {
    return input;
  }

  @Override
  public Coder<Partial<A>> getDefaultOutputCoder(CoderRegistry registry, Coder<Partial<A>> input) {
    return input;
  }
}
