/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

/**
 * How fast to read.
 *
 * @param perSecond records a second, above 0
 */
record Rate(double perSecond) {}
