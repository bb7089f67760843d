/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

/**
 * How much some epochs of a log hold.
 *
 * @param epochs how many of them hold records
 * @param amount how much they hold
 */
public record LogSize(long epochs, LogDistance amount) {}
