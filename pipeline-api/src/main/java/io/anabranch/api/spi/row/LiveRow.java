/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

/**
 * A row that readers see.
 *
 * @param speed whether it is of the speed layer
 * @param bucket the start of the bucket or window, in milliseconds since 1970-01-01T00:00Z
 * @param length the length of a window, in milliseconds; 0 for a bucket, whose length the view
 *     knows
 * @param key the key as its coder encodes it
 * @param keyText the key in its readable form
 * @param accumulator the accumulator as its coder encodes it
 */
@SuppressWarnings("ArrayRecordComponent") // rows are carried, never compared
public record LiveRow(
    boolean speed, long bucket, long length, byte[] key, String keyText, byte[] accumulator) {}
