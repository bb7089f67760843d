/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32C;

/**
 * The hash that spreads keys: CRC-32C (RFC 3720, appendix B.4) of the readable key in UTF-8, as an
 * unsigned number of 32 bits. Stores may order rows by it, so that each range of hashes is a range
 * of the table. It is part of their format and never changes.
 */
public final class KeyHash {
  private KeyHash() {}

  /**
   * Returns the shard of a key: each shard holds one range of hashes, so rows of a shard append to
   * a table that is ordered by the hash.
   *
   * @param shards how many shards there are, 1 or more
   */
  public static int shard(String keyText, int shards) {
    return (int) ((of(keyText) * shards) >>> Integer.SIZE);
  }

  /** Returns the hash of a key in its readable form, from 0 to 2^32 - 1. */
  public static long of(String keyText) {
    CRC32C hash = new CRC32C();
    hash.update(keyText.getBytes(UTF_8));
    return hash.getValue();
  }
}
