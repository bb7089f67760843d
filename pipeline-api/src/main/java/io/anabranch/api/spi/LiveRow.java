/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

/**
 * A row that is part of an answer.
 *
 * @param speed whether it is of the speed layer
 * @param bucket the start of the bucket, in milliseconds since the epoch of Unix time
 * @param key the key as its coder encodes it
 * @param accumulator the accumulator as its coder encodes it
 */
@SuppressWarnings("ArrayRecordComponent") // rows are carried, never compared
public record LiveRow(boolean speed, long bucket, byte[] key, byte[] accumulator) {}
