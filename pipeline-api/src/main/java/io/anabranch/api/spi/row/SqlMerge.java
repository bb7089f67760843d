/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

/**
 * How SQL makes one value of the {@linkplain StoredRow#part parts} of rows of one bucket or window
 * and key.
 */
public enum SqlMerge {
  /** The parts are numbers, and the value is their sum. */
  SUM,
  /** The parts are numbers, and the value is the smallest. */
  MIN,
  /** The parts are numbers, and the value is the largest. */
  MAX,
  /** The parts are arrays of a count and a sum; the value is the sum of sums by that of counts. */
  MEAN,
  /** There is one row, and its part is the value. */
  WINDOW
}
