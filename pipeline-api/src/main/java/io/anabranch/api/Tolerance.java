/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

/**
 * How far a new version of a view may be from the live one to take its place, unless the author
 * declared the change by a {@linkplain MaterializedView revision}.
 *
 * @param maxDifferingRows the share of rows that may differ, 0 to 1
 * @param equalWithin the relative difference of two numbers, 0 to 1, that does not count
 */
public record Tolerance(double maxDifferingRows, double equalWithin) {
  /** No row may differ. */
  public static final Tolerance NONE = new Tolerance(0, 0);

  /**
   * Checks the shares.
   *
   * @throws IllegalArgumentException if one is not from 0 to 1
   */
  public Tolerance {
    check("maxDifferingRows", maxDifferingRows);
    check("equalWithin", equalWithin);
  }

  private static void check(String name, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(name + " is " + share + ": it must be from 0 to 1");
    }
  }
}
