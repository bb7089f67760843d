/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

/**
 * One row of a slice: an accumulator for an epoch, a bucket and a key.
 *
 * <p>Rows only grow: a row replaces another of the same epoch, bucket and key if it folds no fewer
 * contributions. So it does not matter in which order, or how often, rows are written, and a run
 * that starts over never sets an answer back.
 *
 * @param epoch the epoch of the contributions; in a batch slice the last epoch of the slice
 * @param bucket the start of the bucket, in milliseconds since the epoch of Unix time
 * @param key the key as its coder encodes it
 * @param keyText the key in a form that a person can read in SQL
 * @param accumulator the accumulator as its coder encodes it
 * @param contributions how many contributions the accumulator folds
 */
@SuppressWarnings("ArrayRecordComponent") // rows are carried, never compared
public record StoredRow(
    long epoch, long bucket, byte[] key, String keyText, byte[] accumulator, long contributions) {}
