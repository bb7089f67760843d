/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
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
public final class CombinedView<E, K, V, A, O> extends View<E, K, O> {
  private final Duration bucket;
  private final PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions;
  private final CombineFn<V, A, O> combineFn;
  private final int revision;
  private final Optional<Coder<A>> accumulatorCoder;

  private CombinedView(
      String name,
      Duration bucket,
      PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions,
      CombineFn<V, A, O> combineFn,
      int revision,
      Optional<Coder<A>> accumulatorCoder) {
    super(name);
    this.bucket = bucket;
    this.contributions = requireNonNull(contributions, "contributions");
    this.combineFn = requireNonNull(combineFn, "combineFn");
    this.revision = revision;
    this.accumulatorCoder = accumulatorCoder;
  }

  static <E, K, V, A, O> CombinedView<E, K, V, A, O> of(
      String name,
      Duration bucket,
      PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions,
      CombineFn<V, A, O> combineFn) {
    return new CombinedView<>(name, bucket, contributions, combineFn, 1, Optional.empty());
  }

  /**
   * States the revision of the author's code, default 1. Raise it when the contributions or the
   * combine function change their meaning: stored rows of another revision are never mixed in.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public CombinedView<E, K, V, A, O> revision(int number) {
    return new CombinedView<>(
        name(), bucket, contributions, combineFn, requireRevision(number), accumulatorCoder);
  }

  /** Sets the accumulator's coder, by default the one that the combine function names. */
  public CombinedView<E, K, V, A, O> accumulatorCoder(Coder<A> coder) {
    return new CombinedView<>(
        name(), bucket, contributions, combineFn, revision, Optional.of(coder));
  }

  /** Returns the length of a bucket, 1 ms or longer. */
  public Duration bucket() {
    return bucket;
  }

  /** Returns the author's transform from events to keyed contributions. */
  public PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions() {
    return contributions;
  }

  /** Returns how contributions combine. */
  public CombineFn<V, A, O> combineFn() {
    return combineFn;
  }

  /** Returns the author's revision, 1 or more. */
  public int revision() {
    return revision;
  }

  @Override
  public CombinedDefinition<E, K, V, A, O> define(EventFormat<E> events) {
    return CombinedDefinition.of(this, ContributionGraph.check(this, events), accumulatorCoder);
  }
}
