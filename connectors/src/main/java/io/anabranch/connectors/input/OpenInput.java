/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.input;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** An input to append, open; its errors differ from those of the log by their code. */
public final class OpenInput implements AutoCloseable {
  /** A record must fit into an array, several times into memory. */
  public static final int LONGEST_RECORD = 256 << 20;

  private final String name;
  private final InputStream in;

  /**
   * Opens one.
   *
   * @throws LogException if it cannot be read
   */
  public OpenInput(AppendableLog.Input input) {
    name = input.name();
    try {
      in = input.open();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * Reads some bytes; returns how many, -1 at the end.
   *
   * @throws LogException if it cannot be read
   */
  public int read(byte[] buffer) {
    try {
      return in.read(buffer, 0, buffer.length);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private LogException unreadable(IOException e) {
    String reason =
        e instanceof NoSuchFileException ? "there is no such file" : Problems.describe(e);
    return new LogException(Code.UNREADABLE_INPUT, "cannot read " + name + ": " + reason, e);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Returns the error for a line that is too long, after some lines of its input. */
  public static LogException tooLong(AppendableLog.Input input, long before, int maxRecord) {
    return LogException.of(
        Code.RECORD_TOO_LONG,
        "line %d of %s is longer than %s, which log.maxRecord allows; it may allow up to %s",
        input.firstLine() + before,
        input.name(),
        Settings.formatBytes(maxRecord),
        Settings.formatBytes(LONGEST_RECORD));
  }

  /** Returns the error for inputs without a line. */
  public static LogException noLine(List<AppendableLog.Input> inputs) {
    String names =
        inputs.isEmpty()
            ? "no input"
            : String.join(", ", inputs.stream().map(AppendableLog.Input::name).toList());
    return new LogException(Code.NO_RECORDS, names + " holds no line");
  }
}
