/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

/**
 * How much some epochs of a log hold.
 *
 * @param epochs how many of them hold records
 * @param bytes the bytes of their records, and one for the end of each
 */
public record LogSize(long epochs, long bytes) {}
