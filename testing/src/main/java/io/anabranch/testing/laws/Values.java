/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.laws;

import java.util.Arrays;
import java.util.Objects;

/** When values of rows are equal. */
public final class Values {
  /** The relative difference of {@code double} values that is put down to rounding. */
  private static final double ROUNDING = 1e-9;

  private Values() {}

  /**
   * Returns whether two values are equal, or numbers that differ relatively by no more than this,
   * or {@code double}s that differ by rounding.
   */
  public static boolean agree(Object one, Object other, double within) {
    if (Objects.deepEquals(one, other)) {
      return true;
    }
    if (one instanceof Number left && other instanceof Number right) {
      double a = left.doubleValue();
      double b = right.doubleValue();
      double allowed = Math.max(within, one instanceof Double ? ROUNDING : 0);
      return Math.abs(a - b) <= allowed * Math.max(Math.abs(a), Math.abs(b));
    }
    return false;
  }

  /** Returns a value as text; of an array, its content. */
  public static String text(Object value) {
    String inBrackets = Arrays.deepToString(new Object[] {value});
    return inBrackets.substring(1, inBrackets.length() - 1);
  }
}
