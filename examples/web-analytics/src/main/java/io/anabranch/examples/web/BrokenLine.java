/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.util.Random;

/** Breaks a line of an access log in one of the ways in which real ones are broken. */
final class BrokenLine {
  private static final String[] NOT_REQUESTS = {
    "-", "GET", "\\x16\\x03\\x01\\x02", "OPTIONS *", "GET /two words HTTP/1.1", ""
  };

  private BrokenLine() {}

  static String of(String line, Random random) {
    int open = line.indexOf('"');
    int close = line.indexOf('"', open + 1);
    return switch (random.nextInt(7)) {
      case 0 -> line.substring(0, 1 + random.nextInt(line.length() - 1));
      case 1 -> garbage(random);
      case 2 -> line.substring(0, line.length() - 1);
      case 3 -> line.substring(0, open) + line.substring(open + 1);
      case 4 ->
          line.substring(0, open + 1)
              + SamplePages.pick(NOT_REQUESTS, random)
              + line.substring(close);
      case 5 -> line.substring(0, close + 2) + "2OO" + line.substring(close + 5);
      default -> line.replaceFirst("\\[\\d\\d/", "[00/");
    };
  }

  /** Returns what is left of bytes that were no text: control and accented characters. */
  private static String garbage(Random random) {
    StringBuilder text = new StringBuilder();
    int length = 20 + random.nextInt(180);
    for (int i = 0; i < length; i++) {
      boolean control = random.nextInt(4) == 0;
      text.append((char) (control ? 1 + random.nextInt(8) : 0xC0 + random.nextInt(0x240)));
    }
    return text.toString();
  }
}
