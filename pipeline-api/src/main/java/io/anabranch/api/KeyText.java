/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.util.HexFormat;

/** The form of a key that a person reads in SQL, in queries and in tables. */
public final class KeyText {
  /** Words of some languages, and many an emoji, are spelt with them. */
  private static final char ZERO_WIDTH_NON_JOINER = '\u200C';

  private static final char ZERO_WIDTH_JOINER = '\u200D';

  private KeyText() {}

  /**
   * Returns a text as a terminal may show it: control characters, and those that break lines or
   * change the direction of text, become backslash, {@code u} and four hexadecimal digits.
   */
  public static String escaped(String text) {
    if (text.chars().noneMatch(c -> isUnsafe((char) c))) {
      return text;
    }
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isUnsafe(c)) {
        escaped.append(String.format("\\u%04x", (int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** Whether a terminal does something else with a character than to show it. */
  private static boolean isUnsafe(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT, // marks of direction, joiners, the byte order mark
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          c != ZERO_WIDTH_NON_JOINER && c != ZERO_WIDTH_JOINER;
      default -> false;
    };
  }

  /** Returns {@code String.valueOf(key)}; of an array of bytes the hexadecimal digits. */
  public static String of(Object key) {
    return key instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(key);
  }
}
