/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

/**
 * Whether lines are text: not if more than half of the first thousand hold a control character
 * other than tab, carriage return, form feed and escape. All other bytes may be text in some
 * encoding.
 */
final class TextCheck {
  static final int LINES = 1_000;

  private static final byte DELETE = 0x7F;
  private static final String ALLOWED = "\t\r\f\u001b";

  private int lines;
  private int linesWithControls;
  private boolean controlInLine;

  /** Returns whether this check wants no more. */
  boolean isOver() {
    return lines >= LINES;
  }

  /** Looks at a byte within a line. */
  void see(byte character) {
    boolean control = (character >= 0 && character < ' ') || character == DELETE;
    controlInLine |= control && ALLOWED.indexOf(character) < 0;
  }

  void endLine() {
    lines++;
    linesWithControls += controlInLine ? 1 : 0;
    controlInLine = false;
  }

  boolean isText() {
    return linesWithControls * 2 <= lines;
  }

  /** Returns what was found, for an error. */
  String findings() {
    return linesWithControls + " of its first " + lines + " lines hold control characters";
  }
}
