/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Applies an author's transform and sets the coder of its output.
 *
 * @param <E> the event
 * @param <K> the key
 * @param <V> the value
 */
public final class WithCoders<E, K, V> extends PTransform<PCollection<E>, PCollection<KV<K, V>>> {
  private static final long serialVersionUID = 1L;

  private final transient PTransform<? super PCollection<E>, PCollection<KV<K, V>>> transform;
  private final transient KvCoder<K, V> coder;

  private WithCoders(
      PTransform<? super PCollection<E>, PCollection<KV<K, V>>> transform, KvCoder<K, V> coder) {
    this.transform = transform;
    this.coder = coder;
  }

  /** Sets the coder of a transform's output. */
  public static <E, K, V> WithCoders<E, K, V> of(
      PTransform<? super PCollection<E>, PCollection<KV<K, V>>> transform, KvCoder<K, V> coder) {
    return new WithCoders<>(transform, coder);
  }

  @Override
  public PCollection<KV<K, V>> expand(PCollection<E> events) {
    return events.apply("Contributions", transform).setCoder(coder);
  }
}
