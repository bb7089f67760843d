/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochWatermark;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogDistance.Unit;
import java.io.Serializable;
import org.joda.time.Instant;

/**
 * How partial rows of a view are gathered before they travel: a shard holds one range of the hashes
 * of keys, of all epochs or of one.
 *
 * @param number how many ranges there are
 * @param mostBytes how much memory partial rows take at most, more or less, per worker thread
 * @param byEpoch whether each epoch has shards of its own
 */
public record Shards(int number, long mostBytes, boolean byEpoch) implements Serializable {
  private static final int FEWEST = 64;
  private static final int MOST = 8_192;

  /** Each is stored by itself, so more would make small transactions of a small change. */
  private static final int OF_AN_EPOCH = 32;

  /** An estimate, where a log counts records. */
  private static final int BYTES_OF_A_RECORD = 200;

  /** Of the log, for each shard: the rows of a shard are merged in memory. */
  private static final long BYTES_OF_A_SHARD = 32 << 20;

  /**
   * Returns so many, for bounded input, that each can be merged in memory.
   *
   * @param size how much is read
   * @param mostBytes how much memory partial rows take at most, more or less, per worker thread
   */
  public static Shards of(LogDistance size, long mostBytes) {
    long bytes = size.unit() == Unit.BYTES ? size.amount() : size.amount() * BYTES_OF_A_RECORD;
    long shards = Long.highestOneBit(Math.max(1, bytes / BYTES_OF_A_SHARD)) * 2;
    return new Shards((int) Math.max(FEWEST, Math.min(MOST, shards)), mostBytes, false);
  }

  /** Returns those of unbounded input, by epoch. */
  public static Shards ofEpochs(long mostBytes) {
    return new Shards(OF_AN_EPOCH, mostBytes, true);
  }

  /** Returns the number of the shard that holds a range in an epoch. */
  long of(long epoch, int range) {
    return byEpoch ? epoch * number + range : range;
  }

  /**
   * Returns the timestamp of blocks of a shard, if each epoch has its own: before the end of the
   * epoch, and no earlier than a watermark may be while the epoch is open.
   */
  public Instant timestamp(long shard, Epochs epochs) {
    return Instant.ofEpochMilli(EpochWatermark.lastWhileOpen(epochs, epoch(shard)).toEpochMilli());
  }

  /** Returns when the epoch of a shard ends, if each epoch has its own. */
  Instant end(long shard, Epochs epochs) {
    return Instant.ofEpochMilli(epochs.end(epoch(shard)).toEpochMilli());
  }

  private long epoch(long shard) {
    return Math.floorDiv(shard, number);
  }
}
