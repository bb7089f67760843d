/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import java.util.Optional;

/**
 * One row of a slice: an accumulator for an epoch, a bucket or a window, and a key.
 *
 * <p>Rows only grow: a row replaces another of the same epoch, bucket and key if it folds no fewer
 * contributions. So it does not matter in which order, or how often, rows are written, and a run
 * that starts over never sets an answer back.
 *
 * @param epoch the epoch of the contributions, in a batch slice the last epoch of the slice; or the
 *     epoch with which a window is complete
 * @param bucket the start of the bucket or window, in milliseconds since the epoch of Unix time
 * @param length the length of a window, in milliseconds; 0 for a bucket, whose length the view
 *     knows
 * @param key the key as its coder encodes it
 * @param keyText the key in a form that a person can read in SQL
 * @param accumulator the accumulator as its coder encodes it
 * @param contributions how many contributions the accumulator folds; 1 for a window
 * @param part what {@link SqlMerge} makes values of, as JSON; empty if the view's values cannot be
 *     merged in SQL, or if this one is no number, such as infinity
 */
@SuppressWarnings("ArrayRecordComponent") // rows are carried, never compared
public record StoredRow(
    long epoch,
    long bucket,
    long length,
    byte[] key,
    String keyText,
    byte[] accumulator,
    long contributions,
    Optional<String> part) {

  /** Returns about how many bytes it has. */
  public long bytes() {
    return (long) key.length + accumulator.length + part.map(String::length).orElse(0);
  }

  /** A row without a part. */
  public StoredRow(
      long epoch,
      long bucket,
      long length,
      byte[] key,
      String keyText,
      byte[] accumulator,
      long contributions) {
    this(epoch, bucket, length, key, keyText, accumulator, contributions, Optional.empty());
  }

  /** A row of a bucket, without a part. */
  public StoredRow(
      long epoch, long bucket, byte[] key, String keyText, byte[] accumulator, long contributions) {
    this(epoch, bucket, 0, key, keyText, accumulator, contributions);
  }
}
