/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.transforms.internal.epoch.EpochWindow;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;

/**
 * Folds the contributions of bounded input, and gives them out as {@link Block}s by their shards,
 * in any of the windows that they are from. No state outlives the bundle.
 */
final class ToBlocks<K, V, A> extends DoFn<KV<K, V>, KV<Integer, byte[]>> {
  private static final long serialVersionUID = 1L;

  private final Aggregation<K, V, A> aggregation;
  private final Shards shards;
  private transient PartialTable<K, V, A> table;
  private transient BoundedWindow last;

  ToBlocks(Aggregation<K, V, A> aggregation, Shards shards) {
    this.aggregation = aggregation;
    this.shards = shards;
  }

  @StartBundle
  public void startBundle() {
    table = new PartialTable<>(aggregation, shards);
  }

  @ProcessElement
  public void process(
      @Element KV<K, V> contribution,
      BoundedWindow window,
      OutputReceiver<KV<Integer, byte[]>> out) {
    last = window;
    table.add((EpochWindow) window, contribution.getKey(), contribution.getValue());
    if (table.isFull()) {
      table.drain((shard, block) -> out.output(KV.of(shard, block)));
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    table.drain((shard, block) -> context.output(KV.of(shard, block), last.maxTimestamp(), last));
    table = null;
  }
}
