/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import java.util.Locale;

/** Counts in words. */
final class Plural {
  private Plural() {}

  /** Such as {@code 1 epoch}, {@code 1,200 epochs}. */
  static String of(long count, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
  }
}
