/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.transforms.internal.epoch.EpochWindow;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Folds contributions into partial accumulators, one per window and key, before the shuffle; gives
 * them out as one {@link Block} per shard. Not thread-safe.
 */
public final class PartialTable<K, V, A> {
  /** An entry of the map, the entry, its hash, its array: more or less. */
  private static final int BYTES_OF_AN_ENTRY = 150;

  /** A key is held as an object and encoded. */
  private static final int TIMES_A_KEY = 3;

  /** How many contributions are folded from one measurement of an accumulator to the next. */
  private static final int MEASURE_EVERY = 1_024;

  private final Aggregation<K, V, A> aggregation;
  private final KeyTexts<K> keyTexts;
  private final Shards shards;
  private final Map<EpochWindow, Map<Object, Entry<A>>> windows = new HashMap<>();
  private EpochWindow lastWindow;
  private Map<Object, Entry<A>> last;
  private long entries;
  private long keyBytes;
  private long added;
  private long measured;
  private long measuredBytes;

  private static final class Entry<A> {
    final byte[] key;
    final int range;
    A accumulator;
    long contributions;

    Entry(byte[] key, int range, A accumulator) {
      this.key = key;
      this.range = range;
      this.accumulator = accumulator;
    }
  }

  /** Takes blocks. */
  public interface Sink {
    /** Takes one. */
    void accept(long shard, byte[] block);
  }

  /** Creates an empty one. */
  public PartialTable(Aggregation<K, V, A> aggregation, Shards shards) {
    this.aggregation = aggregation;
    this.keyTexts = aggregation.keyTexts();
    this.shards = shards;
    keyTexts.startBundle();
  }

  /** Folds a contribution. */
  public void add(EpochWindow window, K key, V contribution) {
    add(window, key, structural(key), contribution);
  }

  /**
   * Returns what is equal for equal keys.
   *
   * @throws io.anabranch.api.AuthorException if its coder does not take the key
   */
  public Object structural(K key) {
    return aggregation.structural(key);
  }

  /** Folds a contribution, whose key has this {@linkplain #structural structural value}. */
  public void add(EpochWindow window, K key, Object structural, V contribution) {
    Map<Object, Entry<A>> keys = keys(window);
    Entry<A> entry = keys.get(structural);
    if (entry == null) {
      entry = entry(key);
      keys.put(structural, entry);
    }
    entry.accumulator = aggregation.add(key, entry.accumulator, contribution);
    entry.contributions++;
    added++;
    if (added % MEASURE_EVERY == 0 || Long.bitCount(added) == 1) {
      measured++;
      measuredBytes += aggregation.encode(entry.accumulator).length;
    }
  }

  /** Mostly it is the window of the contribution before. */
  private Map<Object, Entry<A>> keys(EpochWindow window) {
    if (!window.equals(lastWindow)) {
      last = windows.computeIfAbsent(window, absent -> new HashMap<>());
      lastWindow = window;
    }
    return last;
  }

  private Entry<A> entry(K key) {
    try {
      byte[] encoded = keyTexts.encoded(key);
      entries++;
      keyBytes += encoded.length;
      int range = KeyHash.shard(keyTexts.text(key, encoded), shards.number());
      return new Entry<>(encoded, range, aggregation.create());
    } catch (IOException e) {
      throw aggregation.refused(key, e);
    }
  }

  /** Returns whether it takes as much memory as it may, by the accumulators that were measured. */
  public boolean isFull() {
    long accumulator = measured == 0 ? 0 : measuredBytes / measured;
    return entries * (BYTES_OF_AN_ENTRY + accumulator) + TIMES_A_KEY * keyBytes
        >= shards.mostBytes();
  }

  /** Gives out all that there is, and is empty then. */
  public void drain(Sink sink) {
    Map<Long, Block.Writer> blocks = new TreeMap<>();
    windows.forEach((window, keys) -> keys.values().forEach(entry -> give(window, entry, blocks)));
    windows.clear();
    lastWindow = null;
    last = null;
    entries = 0;
    keyBytes = 0;
    blocks.forEach((shard, block) -> sink.accept(shard, block.toBlock()));
  }

  private void give(EpochWindow window, Entry<A> entry, Map<Long, Block.Writer> blocks) {
    blocks
        .computeIfAbsent(shards.of(window.epoch(), entry.range), absent -> new Block.Writer())
        .add(
            window.epoch(),
            window.start().getMillis(),
            entry.key,
            entry.contributions,
            aggregation.encode(aggregation.compact(entry.accumulator)));
  }
}
