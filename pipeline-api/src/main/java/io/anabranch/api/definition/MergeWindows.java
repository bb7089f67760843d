/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import io.anabranch.api.UserException;
import java.util.Optional;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.SerializableBiFunction;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Keeps the value of one window, and merges those of several by the author's function. */
final class MergeWindows<V> extends CombineFn<V, V, V> {
  private static final long serialVersionUID = 1L;

  private final String view;
  private final SerializableBiFunction<V, V, V> totals; // null if there is none
  private final Coder<V> coder;

  MergeWindows(String view, Optional<SerializableBiFunction<V, V, V>> totals, Coder<V> coder) {
    this.view = view;
    this.totals = totals.orElse(null);
    this.coder = coder;
  }

  @Override
  public TypeDescriptor<V> getOutputType() {
    return coder.getEncodedTypeDescriptor();
  }

  /** No value yet; it is never stored. */
  @Override
  public V createAccumulator() {
    return null;
  }

  @Override
  public V addInput(V accumulator, V input) {
    if (accumulator == null) {
      return input;
    }
    if (totals == null) {
      throw new UserException(
          "view \"%s\" is windowed, and does not say how the values of different windows become one: omit totals, or call totals(...) on the view"
              .formatted(view));
    }
    return totals.apply(accumulator, input);
  }

  @Override
  public V mergeAccumulators(Iterable<V> accumulators) {
    V merged = null;
    for (V accumulator : accumulators) {
      merged = accumulator == null ? merged : addInput(merged, accumulator);
    }
    return merged;
  }

  @Override
  public V extractOutput(V accumulator) {
    return accumulator;
  }

  @Override
  public Coder<V> getAccumulatorCoder(CoderRegistry registry, Coder<V> inputCoder) {
    return coder;
  }
}
