/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import java.util.Locale;

/** Counts in words. */
public final class Plural {
  private Plural() {}

  /** Such as {@code 1 epoch}, {@code 1,200 epochs}. */
  public static String of(long count, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
  }
}
