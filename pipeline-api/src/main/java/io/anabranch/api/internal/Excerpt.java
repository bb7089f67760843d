/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

/** The beginning of a text that may be as long as a record or an author's error. */
public final class Excerpt {
  private static final String MORE = "...";

  private Excerpt() {}

  /** Returns a text, cut to so many characters and {@code ...} if it is longer. */
  public static String of(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    boolean withinPair = length > 0 && Character.isHighSurrogate(text.charAt(length - 1));
    return text.substring(0, withinPair ? length - 1 : length) + MORE;
  }
}
