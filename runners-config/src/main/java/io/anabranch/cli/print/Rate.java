/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

/**
 * How fast to read.
 *
 * @param perSecond records a second, above 0
 */
public record Rate(double perSecond) {}
