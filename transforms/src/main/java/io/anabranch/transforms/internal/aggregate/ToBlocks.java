/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.Epochs;
import io.anabranch.transforms.internal.epoch.EpochWindow;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * Folds contributions before the shuffle, and gives them out as {@link Block}s by their shards, in
 * any of the windows that they are from, at the time of their shard. No state outlives the bundle.
 */
final class ToBlocks<K, V, A> extends DoFn<KV<K, V>, KV<Long, byte[]>> {
  private static final long serialVersionUID = 1L;

  /** More than all of Beam's time, and no overflow when it is subtracted. */
  private static final Duration ANY_TIME = Duration.millis(20_000_000_000_000_000L);

  private final Aggregation<K, V, A> aggregation;
  private final Shards shards;
  private final Epochs epochs;
  private transient PartialTable<K, V, A> table;
  private transient EpochWindow last;

  ToBlocks(Aggregation<K, V, A> aggregation, Shards shards, Epochs epochs) {
    this.aggregation = aggregation;
    this.shards = shards;
    this.epochs = epochs;
  }

  @StartBundle
  public void startBundle() {
    table = new PartialTable<>(aggregation, shards);
  }

  @ProcessElement
  public void process(
      @Element KV<K, V> contribution, BoundedWindow window, OutputReceiver<KV<Long, byte[]>> out) {
    last = (EpochWindow) window;
    table.add(last, contribution.getKey(), contribution.getValue());
    if (table.isFull()) {
      table.drain((shard, block) -> out.outputWithTimestamp(KV.of(shard, block), timestamp(shard)));
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    table.drain((shard, block) -> context.output(KV.of(shard, block), timestamp(shard), last));
    table = null;
  }

  /** A block may hold more of earlier epochs, and authors may give contributions any timestamp. */
  @Override
  @SuppressWarnings("deprecation") // there is no other way to say so
  public Duration getAllowedTimestampSkew() {
    return ANY_TIME;
  }

  /** For bounded input the time has no meaning. */
  private Instant timestamp(long shard) {
    return shards.byEpoch() ? shards.timestamp(shard, epochs) : last.maxTimestamp();
  }
}
