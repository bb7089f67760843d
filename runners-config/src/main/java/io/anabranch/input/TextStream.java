/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.Consumer;

/** Text without a byte order mark, and without NULs at the beginnings of lines. */
final class TextStream extends InputStream {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final int MOST_NOTICES = 10;

  private final InputStream in;
  private final String name;
  private final Consumer<String> notices;
  private final TextCheck check = new TextCheck();
  private boolean checked;
  private boolean begun;

  /** How many lines have ended. */
  private long lines;

  private boolean atLineStart = true;
  private long nuls;
  private int noticesGiven;

  /** Reads text; {@code in} must support mark and reset. */
  TextStream(InputStream in, String name, Consumer<String> notices) {
    this.in = in;
    this.name = name;
    this.notices = notices;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    skipByteOrderMark();
    int kept = 0;
    while (kept == 0 && length > 0) {
      int read = in.read(buffer, offset, length);
      if (read < 0) {
        end();
        return -1;
      }
      kept = keep(buffer, offset, read);
    }
    return kept;
  }

  private void skipByteOrderMark() throws IOException {
    if (begun) {
      return;
    }
    begun = true;
    in.mark(BYTE_ORDER_MARK.length);
    for (byte expected : BYTE_ORDER_MARK) {
      if ((byte) in.read() != expected) { // at the end, too
        in.reset();
        return;
      }
    }
  }

  /** Moves what is kept to the front, and returns how much that is. */
  private int keep(byte[] buffer, int offset, int length) {
    int to = offset;
    for (int i = offset; i < offset + length; i++) {
      byte character = buffer[i];
      if (character == 0 && atLineStart) {
        nuls++;
        continue;
      }
      if (nuls > 0) {
        reportNuls("before line " + (lines + 1));
      }
      atLineStart = character == '\n';
      lines += atLineStart ? 1 : 0;
      if (!checked) {
        check(character);
      }
      buffer[to++] = character;
    }
    return to - offset;
  }

  private void check(byte character) {
    if (character != '\n') {
      check.see(character);
      return;
    }
    check.endLine();
    if (check.isOver()) {
      requireText();
    }
  }

  private void end() {
    if (nuls > 0) {
      reportNuls("at the end");
    }
    if (!checked) {
      if (!atLineStart) {
        check.endLine();
      }
      requireText();
    }
  }

  private void requireText() {
    checked = true;
    if (!check.isText()) {
      throw new NotTextException(
          "%s does not look like lines of text: %s. Convert it to text first (UTF-16 by iconv)"
              .formatted(name, check.findings()));
    }
  }

  private void reportNuls(String where) {
    noticesGiven++;
    if (noticesGiven <= MOST_NOTICES) {
      notices.accept(
          String.format(
              Locale.ROOT,
              "%s: removed %,d NUL byte%s %s; was the log truncated while it was written?%s",
              name,
              nuls,
              nuls == 1 ? "" : "s",
              where,
              noticesGiven == MOST_NOTICES ? " Further ones are removed silently." : ""));
    }
    nuls = 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
