/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

/**
 * A row of a view, of what is live or of what is held against it.
 *
 * @param live whether it answers queries
 * @param bucket the start of the bucket, in milliseconds since the epoch of Unix time
 * @param key the key as its coder encodes it
 * @param accumulator the accumulator as its coder encodes it
 */
@SuppressWarnings("ArrayRecordComponent") // rows are carried, never compared
public record SideRow(boolean live, long bucket, byte[] key, byte[] accumulator) {}
