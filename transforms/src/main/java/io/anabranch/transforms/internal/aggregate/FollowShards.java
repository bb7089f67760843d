/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.store.RowWriter;
import io.anabranch.transforms.internal.store.StoreFn;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;

/**
 * Merges the blocks of a shard of an epoch as they come, and stores the rows that changed; emits
 * nothing.
 *
 * <p>State is a bag of blocks, which are never changed, and a mark that names what the bag holds.
 * The rows in memory are a cache of it: they are used only if they carry the same mark, else made
 * from the bag. So a bundle that is run again, a worker that takes over and one that was restored
 * from a checkpoint go on from the state, whatever was in memory.
 *
 * <p>A timer of processing time stores what waits. Another one, at the last millisecond of the
 * epoch, stores the rest and frees the state. Until then it holds the watermark before the end of
 * the epoch; so {@link io.anabranch.transforms.internal.store.MarkProgress} sees the end only once
 * all rows are stored. It never comes early, as the watermark comes to the last millisecond only
 * when the epoch is closed and all of its blocks have come; see {@link
 * io.anabranch.api.spi.log.EpochWatermark}.
 */
final class FollowShards<K, A> extends StoreFn<KV<Long, byte[]>, Void> {
  private static final long serialVersionUID = 1L;
  private static final String BLOCKS = "blocks";
  private static final String MARK = "mark";
  private static final String STORED = "stored";
  private static final String REFRESH = "refresh";
  private static final String END = "end";

  /** From so many blocks on, they are replaced by one if that is no more than half as large. */
  private static final int MANY_BLOCKS = 64;

  @StateId(BLOCKS)
  private final StateSpec<BagState<byte[]>> blocksSpec = StateSpecs.bag(ByteArrayCoder.of());

  @StateId(MARK)
  private final StateSpec<ValueState<Long>> markSpec = StateSpecs.value(VarLongCoder.of());

  /** The mark of the blocks whose rows are all stored. */
  @StateId(STORED)
  private final StateSpec<ValueState<Long>> storedSpec = StateSpecs.value(VarLongCoder.of());

  @TimerId(REFRESH)
  private final TimerSpec refreshSpec = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

  @TimerId(END)
  private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

  private final Aggregation<K, ?, A> aggregation;
  private final Shards shards;
  private final Epochs epochs;
  private final RowWriter writer;
  private final long refreshMillis;
  private transient Map<Long, Cached<K, A>> cache;

  /** The rows of a shard, and of what bag they are. */
  private static final class Cached<K, A> {
    final RowTable<K, A> rows;
    long mark;
    int blocks;
    long bytes;

    /** How large all rows were as one block, when that was tried. */
    long least;

    Cached(RowTable<K, A> rows) {
      this.rows = rows;
    }

    void merge(byte[] block) throws IOException {
      rows.merge(block);
      blocks++;
      bytes += block.length;
    }
  }

  FollowShards(
      Aggregation<K, ?, A> aggregation,
      Shards shards,
      Epochs epochs,
      Settings settings,
      OpenSlice slice,
      java.time.Duration refresh) {
    super(settings, List.of(slice));
    this.aggregation = aggregation;
    this.shards = shards;
    this.epochs = epochs;
    this.writer = new RowWriter(slice, RowWriter.Mode.REPLACE);
    this.refreshMillis = refresh.toMillis();
  }

  @ProcessElement
  public void process(
      @Element KV<Long, byte[]> element,
      @StateId(BLOCKS) BagState<byte[]> blocks,
      @StateId(MARK) ValueState<Long> mark,
      @StateId(STORED) ValueState<Long> stored,
      @TimerId(REFRESH) Timer refresh,
      @TimerId(END) Timer end)
      throws IOException {
    long shard = element.getKey();
    Long before = mark.read();
    Cached<K, A> rows = rows(shard, before, blocks);
    rows.merge(element.getValue());
    blocks.add(element.getValue());
    compact(rows, blocks);
    rows.mark = ThreadLocalRandom.current().nextLong();
    mark.write(rows.mark);
    if (before == null) {
      end.withOutputTimestamp(shards.timestamp(shard, epochs))
          .set(shards.end(shard, epochs).minus(Duration.millis(1)));
    }
    if (before == null || before.equals(stored.read())) { // else it waits already
      refresh.offset(Duration.millis(refreshMillis)).withNoOutputTimestamp().setRelative();
    }
  }

  /** Returns the rows of a bag: those in memory, or else made of it, all to be stored. */
  private Cached<K, A> rows(long shard, Long mark, BagState<byte[]> blocks) throws IOException {
    Cached<K, A> cached = cache().get(shard);
    if (cached == null || mark == null || cached.mark != mark) {
      cached = new Cached<>(new RowTable<>(aggregation));
      for (byte[] block : blocks.read()) {
        cached.merge(block);
      }
      cache().put(shard, cached);
    }
    return cached;
  }

  private Map<Long, Cached<K, A>> cache() {
    if (cache == null) {
      cache = new HashMap<>();
    }
    return cache;
  }

  private void compact(Cached<K, A> rows, BagState<byte[]> blocks) {
    if (rows.blocks >= MANY_BLOCKS && rows.bytes >= 2 * rows.least) {
      byte[] all = rows.rows.toBlock();
      rows.least = all.length;
      if (rows.bytes >= 2L * all.length) {
        blocks.clear();
        blocks.add(all);
        rows.blocks = 1;
        rows.bytes = all.length;
      }
    }
  }

  @OnTimer(REFRESH)
  public void refresh(
      @Key Long shard,
      @StateId(BLOCKS) BagState<byte[]> blocks,
      @StateId(MARK) ValueState<Long> mark,
      @StateId(STORED) ValueState<Long> stored)
      throws IOException {
    store(shard, blocks, mark, stored);
  }

  @OnTimer(END)
  public void end(
      @Key Long shard,
      @StateId(BLOCKS) BagState<byte[]> blocks,
      @StateId(MARK) ValueState<Long> mark,
      @StateId(STORED) ValueState<Long> stored,
      @TimerId(REFRESH) Timer refresh,
      @TimerId(END) Timer end)
      throws IOException {
    store(shard, blocks, mark, stored);
    if (end.getCurrentRelativeTime().isBefore(shards.end(shard, epochs))) {
      // A source let the watermark come to the last millisecond while the epoch is open.
      end.withOutputTimestamp(shards.timestamp(shard, epochs)).set(shards.end(shard, epochs));
      return;
    }
    refresh.clear();
    blocks.clear();
    mark.clear();
    stored.clear();
    cache().remove(shard);
  }

  private void store(
      long shard, BagState<byte[]> blocks, ValueState<Long> mark, ValueState<Long> stored)
      throws IOException {
    Long now = mark.read();
    if (now != null && !now.equals(stored.read())) {
      Cached<K, A> rows = rows(shard, now, blocks);
      writer.write(this, rows.rows.changed());
      rows.rows.markStored();
      rows.mark = now;
      stored.write(now);
    }
  }
}
