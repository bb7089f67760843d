/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import io.anabranch.api.CombinedView;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.Timeliness;
import io.anabranch.api.UserException;
import io.anabranch.api.WindowedView;
import io.anabranch.api.spi.row.SqlMerge;
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

  /**
   * Checks the author's transform as a graph and finds the coders, without running anything.
   *
   * @param events the format of the application's events
   * @throws UserException if the graph cannot be exact; the message names the transform and says
   *     what to do
   */
  public static <E, K, O> ViewDefinition<E, K, ?, ?, O> of(
      MaterializedView<E, K, O> view, EventFormat<E> events) {
    if (view instanceof CombinedView<E, K, ?, ?, O> combined) {
      return of(combined, events);
    }
    return of((WindowedView<E, K, O>) view, events);
  }

  /** Checks a combined view; see {@link #of(MaterializedView, EventFormat)}. */
  public static <E, K, V, A, O> CombinedDefinition<E, K, V, A, O> of(
      CombinedView<E, K, V, A, O> view, EventFormat<E> events) {
    return CombinedDefinition.check(view, events);
  }

  /** Checks a windowed view; see {@link #of(MaterializedView, EventFormat)}. */
  public static <E, K, V> WindowedDefinition<E, K, V> of(
      WindowedView<E, K, V> view, EventFormat<E> events) {
    return WindowedDefinition.check(view, events);
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

  /** Returns how SQL merges rows, empty if it cannot. */
  public abstract Optional<SqlMerge> sqlMerge();

  /**
   * Returns what the stored rows depend on, part by part, in a form a person can compare: rows of
   * definitions whose fingerprints differ are never mixed.
   */
  public abstract Fingerprint fingerprint();
}
