/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.connectors.input.OpenInput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
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
      throw OpenInput.noLine(inputs);
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
    try (OpenInput source = new OpenInput(input)) {
      for (int length = source.read(buffer); length >= 0; length = source.read(buffer)) {
        for (int i = 0; i < length; i++) {
          if (buffer[i] == '\n') {
            records++;
            lineLength = 0;
          } else if (++lineLength > maxRecord) {
            throw OpenInput.tooLong(input, records, maxRecord);
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
}
