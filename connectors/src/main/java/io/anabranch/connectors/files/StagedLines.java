/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.AppendableLog;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import java.util.zip.GZIPInputStream;

/**
 * The lines of all inputs in one file, on the disk but not yet in the log. Inputs whose names end
 * in {@code .gz} are decompressed; each ends with a line end, added if it is missing.
 *
 * @param file where they are
 * @param records how many lines
 * @param bytes how many bytes, line ends included
 * @param checksum the CRC-32C of the bytes
 */
record StagedLines(Path file, long records, long bytes, int checksum) {
  /** A record must fit into an array, several times into memory. */
  static final int LONGEST_LINE = 256 << 20;

  private static final int BUFFER = 1 << 16;

  /**
   * Writes the lines.
   *
   * @throws UserException if an input cannot be read, or there is no line
   * @throws IOException if they cannot be written
   */
  static StagedLines write(Path staging, List<AppendableLog.Input> inputs) throws IOException {
    Path file = staging.resolve(UUID.randomUUID().toString());
    boolean done = false;
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        CheckedOutputStream out =
            new CheckedOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER),
                new CRC32C())) {
      long records = 0;
      for (AppendableLog.Input input : inputs) {
        records += copy(input, out);
      }
      if (records == 0) {
        throw new UserException("nothing to append: " + names(inputs) + " holds no line");
      }
      out.flush();
      channel.force(true);
      done = true;
      return new StagedLines(file, records, channel.size(), (int) out.getChecksum().getValue());
    } finally {
      if (!done) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static long copy(AppendableLog.Input input, OutputStream out) throws IOException {
    long records = 0;
    long lineLength = 0;
    byte[] buffer = new byte[BUFFER];
    try (Source source = new Source(input)) {
      for (int length = source.read(buffer); length >= 0; length = source.read(buffer)) {
        for (int i = 0; i < length; i++) {
          if (buffer[i] == '\n') {
            records++;
            lineLength = 0;
          } else if (++lineLength > LONGEST_LINE) {
            throw new UserException(
                String.format(
                    Locale.ROOT,
                    "line %d of %s is longer than %d bytes, which is the longest a record may be;"
                        + " nothing was appended",
                    records + 1,
                    input.name(),
                    LONGEST_LINE));
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

  private static String names(List<AppendableLog.Input> inputs) {
    return inputs.isEmpty()
        ? "no input"
        : String.join(", ", inputs.stream().map(AppendableLog.Input::name).toList());
  }

  /** An input, whose errors are told from those of the log by their type. */
  private static final class Source implements AutoCloseable {
    private final String name;
    private final InputStream in;

    Source(AppendableLog.Input input) {
      name = input.name();
      in = open(input);
    }

    private InputStream open(AppendableLog.Input input) {
      try {
        InputStream raw = input.open();
        try {
          return name.endsWith(".gz") ? new GZIPInputStream(raw, BUFFER) : raw;
        } catch (IOException e) {
          raw.close();
          throw e;
        }
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

    private UserException unreadable(IOException e) {
      String reason =
          e instanceof NoSuchFileException
              ? "there is no such file"
              : e.getMessage() == null
                  ? "it is not whole (" + e.getClass().getSimpleName() + ")"
                  : e.getMessage();
      return new UserException("cannot read " + name + ": " + reason + "; nothing was appended", e);
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
