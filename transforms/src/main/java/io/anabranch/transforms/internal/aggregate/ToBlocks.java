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
 *
 * <p>Where each epoch has shards of its own, a table that is full keeps what is of earlier epochs
 * than the contribution at hand: Beam takes it only at the end of the bundle.
 */
final class ToBlocks<K, V, A> extends DoFn<KV<K, V>, KV<Long, byte[]>> {
  private static final long serialVersionUID = 1L;
  private static final Duration LAST_MILLISECONDS = Duration.millis(5);

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
      table.drain(
          shards.byEpoch() ? last.epoch() : Long.MIN_VALUE,
          (shard, block) -> out.outputWithTimestamp(KV.of(shard, block), timestamp(shard)));
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    table.drain((shard, block) -> context.output(KV.of(shard, block), timestamp(shard), last));
    table = null;
  }

  /** A block may be of an event that is at the last millisecond of its epoch. */
  @Override
  @SuppressWarnings("deprecation") // there is no other way to say so
  public Duration getAllowedTimestampSkew() {
    return LAST_MILLISECONDS;
  }

  /** Of bounded input it says nothing. */
  private Instant timestamp(long shard) {
    return shards.byEpoch() ? shards.timestamp(shard, epochs) : last.maxTimestamp();
  }
}
