/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

/**
 * A row of a view, of what is live or of what is held against it.
 *
 * @param live whether it is live
 * @param bucket the start of the bucket or window, in milliseconds since the epoch of Unix time
 * @param length the length of a window, in milliseconds; 0 for a bucket, whose length the view
 *     knows
 * @param key the key as its coder encodes it
 * @param accumulator the accumulator as its coder encodes it
 */
@SuppressWarnings("ArrayRecordComponent") // rows are carried, never compared
public record SideRow(boolean live, long bucket, long length, byte[] key, byte[] accumulator) {}
