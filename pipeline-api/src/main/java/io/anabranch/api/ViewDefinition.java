/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.util.Optional;
import java.util.function.Function;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/**
 * A view that passed the graph checks, with its coders: what readers need of it, whichever its kind
 * is. Wiring asks for the kind.
 *
 * @param <E> the event
 * @param <K> the key of a row
 * @param <V> what rows are combined from: one contribution, or of a windowed view, one row's value
 * @param <A> the accumulator, which is what the store keeps
 * @param <O> the value of a row
 */
public abstract sealed class ViewDefinition<E, K, V, A, O>
    permits CombinedDefinition, WindowedDefinition {
  private final String name;

  ViewDefinition(String name) {
    this.name = name;
  }

  /** Returns the name of the view. */
  public final String name() {
    return name;
  }

  /** Returns what the view says of late events, empty if none is ever late for it. */
  public abstract Optional<Timeliness> timeliness();

  /** Does one thing with a combined view, another with a windowed one. */
  public abstract <R> R match(
      Function<CombinedDefinition<E, K, V, A, O>, R> combined,
      Function<WindowedDefinition<E, K, V>, R> windowed);

  /** Returns how accumulators of different slices and buckets merge, and become a value. */
  public abstract CombineFn<V, A, O> combineFn();

  /** Returns the coder by which keys are stored. */
  public abstract Coder<K> keyCoder();

  /** Returns the coder by which accumulators are stored. */
  public abstract Coder<A> accumulatorCoder();

  /**
   * Returns what the stored rows depend on, part by part, in a form a person can compare: rows of
   * definitions whose fingerprints differ are never mixed.
   */
  public abstract Fingerprint fingerprint();
}
