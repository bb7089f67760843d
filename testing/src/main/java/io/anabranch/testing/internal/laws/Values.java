/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.laws;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** When values of rows are equal. */
public final class Values {
  /** The relative difference of {@code double} values that is put down to rounding. */
  private static final double ROUNDING = 1e-9;

  private Values() {}

  /**
   * Returns whether two values are equal, or numbers that differ relatively by no more than this,
   * or {@code double}s that differ by rounding; or lists, arrays, maps or records of such. Of a
   * class without {@code equals}, its text is compared.
   */
  public static boolean agree(Object one, Object other, double within) {
    if (Objects.deepEquals(one, other)) {
      return true;
    }
    if (one == null || other == null) {
      return false;
    }
    if (one instanceof Number left && other instanceof Number right) {
      double a = left.doubleValue();
      double b = right.doubleValue();
      if (Double.isInfinite(a) || Double.isInfinite(b)) {
        return false; // equal ones are equal above
      }
      double allowed =
          Math.max(within, one instanceof Double && other instanceof Double ? ROUNDING : 0);
      return allowed > 0 && Math.abs(a - b) <= allowed * Math.max(Math.abs(a), Math.abs(b));
    }
    if (one instanceof List<?> left && other instanceof List<?> right) {
      return agree(left.toArray(), right.toArray(), within);
    }
    if (one instanceof Map<?, ?> left && other instanceof Map<?, ?> right) {
      return left.keySet().equals(right.keySet())
          && left.keySet().stream().allMatch(key -> agree(left.get(key), right.get(key), within));
    }
    if (one.getClass() != other.getClass()) {
      return false;
    }
    if (one.getClass().isArray()) {
      return Array.getLength(one) == Array.getLength(other)
          && IntStream.range(0, Array.getLength(one))
              .allMatch(i -> agree(Array.get(one, i), Array.get(other, i), within));
    }
    if (one instanceof Record) {
      return Arrays.stream(one.getClass().getRecordComponents())
          .allMatch(part -> agree(component(part, one), component(part, other), within));
    }
    return !has(one, "equals", Object.class)
        && has(one, "toString")
        && text(one).equals(text(other));
  }

  private static Object component(RecordComponent part, Object of) {
    try {
      part.getAccessor().setAccessible(true);
      return part.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + part + " of " + of, e);
    }
  }

  /** Returns whether values of this class can be distinguished, by themselves or by a text. */
  public static boolean canBeCompared(Object value) {
    return value == null
        || value.getClass().isArray()
        || has(value, "equals", Object.class)
        || has(value, "toString");
  }

  private static boolean has(Object value, String method, Class<?>... parameters) {
    try {
      return value.getClass().getMethod(method, parameters).getDeclaringClass() != Object.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e); // every object has it
    }
  }

  /** Returns a value as text; of an array, its content. */
  public static String text(Object value) {
    String inBrackets = Arrays.deepToString(new Object[] {value});
    return inBrackets.substring(1, inBrackets.length() - 1);
  }
}
