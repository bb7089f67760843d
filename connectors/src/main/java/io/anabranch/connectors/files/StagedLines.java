/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * The lines of all inputs in a staged file, on the disk but not yet in the log. Each input ends
 * with a line end, added if it is missing.
 *
 * @param records how many lines
 * @param bytes how many bytes, line ends included
 * @param checksum the CRC-32C of the bytes
 */
record StagedLines(long records, long bytes, int checksum) {
  private static final int BUFFER = 1 << 16;

  /**
   * Writes the lines.
   *
   * @param maxRecord how many bytes a line may have, without its end
   * @throws LogException if an input cannot be read, a line is too long, or there is no line
   * @throws IOException if they cannot be written
   */
  static StagedLines write(StagedFile file, List<AppendableLog.Input> inputs, int maxRecord)
      throws IOException {
    CheckedOutputStream out =
        new CheckedOutputStream(
            new BufferedOutputStream(Channels.newOutputStream(file.channel()), BUFFER),
            new CRC32C());
    long records = 0;
    for (AppendableLog.Input input : inputs) {
      records += copy(input, out, maxRecord);
    }
    if (records == 0) {
      throw new LogException(Code.NO_RECORDS, names(inputs) + " holds no line");
    }
    out.flush();
    file.channel().force(true);
    return new StagedLines(records, file.channel().size(), (int) out.getChecksum().getValue());
  }

  private static long copy(AppendableLog.Input input, OutputStream out, int maxRecord)
      throws IOException {
    long records = 0;
    long lineLength = 0;
    byte[] buffer = new byte[BUFFER];
    try (Source source = new Source(input)) {
      for (int length = source.read(buffer); length >= 0; length = source.read(buffer)) {
        for (int i = 0; i < length; i++) {
          if (buffer[i] == '\n') {
            records++;
            lineLength = 0;
          } else if (++lineLength > maxRecord) {
            throw tooLong(input, records, maxRecord);
          }
        }
        out.write(buffer, 0, length);
      }
    }
    if (lineLength > 0) {
      out.write('\n');
      records++;
    }
    return records;
  }

  private static LogException tooLong(AppendableLog.Input input, long before, int maxRecord) {
    return LogException.of(
        Code.RECORD_TOO_LONG,
        "line %d of %s is longer than %s, which log.maxRecord allows; it may allow up to %s",
        input.firstLine() + before,
        input.name(),
        Settings.formatBytes(maxRecord),
        Settings.formatBytes(LogSettings.LONGEST_RECORD));
  }

  private static String names(List<AppendableLog.Input> inputs) {
    return inputs.isEmpty()
        ? "no input"
        : String.join(", ", inputs.stream().map(AppendableLog.Input::name).toList());
  }

  /** An input, whose errors differ from those of the log by their type. */
  private static final class Source implements AutoCloseable {
    private final String name;
    private final InputStream in;

    Source(AppendableLog.Input input) {
      name = input.name();
      try {
        in = input.open();
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    int read(byte[] buffer) {
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
  }
}
