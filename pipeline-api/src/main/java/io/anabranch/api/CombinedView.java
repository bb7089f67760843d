/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static io.anabranch.api.internal.Arguments.requireGiven;

import com.google.auto.value.AutoValue;
import java.util.Optional;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * A view whose rows are one {@code CombineFn} over element-wise contributions, per bucket and key.
 *
 * <p>Rows of different epochs, layers and versions merge by the author's own function, so the
 * answer is the same however the log was divided, and however late an event came.
 *
 * @param <E> the event
 * @param <K> the key of a row; its coder must be deterministic
 * @param <V> one contribution
 * @param <A> the accumulator, which is what the store keeps
 * @param <O> the value of a row
 */
@AutoValue
public abstract non-sealed class CombinedView<E, K, V, A, O> extends MaterializedView<E, K, O> {
  CombinedView() {}

  static <E, K, V, A, O> CombinedView<E, K, V, A, O> of(
      String name,
      Buckets bucket,
      PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions,
      CombineFn<V, A, O> combineFn) {
    return new AutoValue_CombinedView.Builder<E, K, V, A, O>()
        .name(name)
        .bucket(bucket)
        .contributions(contributions)
        .combineFn(combineFn)
        .revision(1)
        .build();
  }

  @AutoValue.Builder
  abstract static class Builder<E, K, V, A, O> {
    abstract Builder<E, K, V, A, O> name(String name);

    abstract Builder<E, K, V, A, O> bucket(Buckets buckets);

    abstract Builder<E, K, V, A, O> contributions(
        PTransform<? super PCollection<E>, PCollection<KV<K, V>>> transform);

    abstract Builder<E, K, V, A, O> combineFn(CombineFn<V, A, O> function);

    abstract Builder<E, K, V, A, O> revision(int number);

    abstract Builder<E, K, V, A, O> accumulatorCoder(Coder<A> coder);

    abstract CombinedView<E, K, V, A, O> build();
  }

  abstract Builder<E, K, V, A, O> toBuilder();

  /**
   * States the revision of the author's code, default 1. Raise it when the contributions or the
   * combine function change their meaning: stored rows of another revision are never mixed in.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public final CombinedView<E, K, V, A, O> revision(int number) {
    return toBuilder().revision(requireRevision(number)).build();
  }

  /** Sets the accumulator's coder, by default the one that the combine function names. */
  public final CombinedView<E, K, V, A, O> accumulatorCoder(Coder<A> coder) {
    return toBuilder().accumulatorCoder(requireGiven(coder, "coder")).build();
  }

  /** Returns how event time is divided. */
  public abstract Buckets bucket();

  /** Returns the author's transform from events to keyed contributions. */
  public abstract PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions();

  /** Returns how contributions combine. */
  public abstract CombineFn<V, A, O> combineFn();

  /** Returns the author's revision, 1 or more. */
  public abstract int revision();

  /** Returns the accumulator's coder, if the author set one. */
  public abstract Optional<Coder<A>> accumulatorCoder();
}
