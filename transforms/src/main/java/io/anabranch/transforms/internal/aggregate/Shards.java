/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogDistance.Unit;
import java.io.Serializable;

/**
 * How partial rows of a view are gathered before they travel.
 *
 * @param number how many shards there are: each holds one range of the hashes of keys
 * @param mostBytes how much memory partial rows take at most, more or less, per worker thread
 */
public record Shards(int number, long mostBytes) implements Serializable {
  private static final int FEWEST = 64;
  private static final int MOST = 8_192;

  /** An estimate, where a log counts records. */
  private static final int BYTES_OF_A_RECORD = 200;

  /** Of the log, for each shard: the rows of a shard are merged in memory. */
  private static final long BYTES_OF_A_SHARD = 32 << 20;

  /**
   * Returns so many that each can be merged in memory.
   *
   * @param size how much is read
   * @param mostBytes how much memory partial rows take at most, more or less, per worker thread
   */
  public static Shards of(LogDistance size, long mostBytes) {
    long bytes = size.unit() == Unit.BYTES ? size.amount() : size.amount() * BYTES_OF_A_RECORD;
    long shards = Long.highestOneBit(Math.max(1, bytes / BYTES_OF_A_SHARD)) * 2;
    return new Shards((int) Math.max(FEWEST, Math.min(MOST, shards)), mostBytes);
  }
}
