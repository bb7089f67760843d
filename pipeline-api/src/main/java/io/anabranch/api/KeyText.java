/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.util.HexFormat;

/** The form of a key that a person reads in SQL, in queries and in tables. */
public final class KeyText {
  private KeyText() {}

  /** Returns {@code String.valueOf(key)}; of an array of bytes the hexadecimal digits. */
  public static String of(Object key) {
    return key instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(key);
  }
}
