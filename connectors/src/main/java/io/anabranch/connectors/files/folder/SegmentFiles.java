/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** Holds files against what the names of their segments say. */
public final class SegmentFiles {
  private static final int BUFFER = 1 << 18;

  private SegmentFiles() {}

  /**
   * Reads a whole segment, and compares its length and checksum with those of its name. Rows are
   * never taken back, so this comes before its first record is given out.
   *
   * @throws LogException if it is gone or damaged
   */
  public static void verify(Path file, Segment segment) throws IOException {
    CRC32C checksum = new CRC32C();
    long bytes = 0;
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer.clear()) >= 0) {
        bytes += buffer.flip().remaining();
        checksum.update(buffer);
      }
    } catch (NoSuchFileException e) {
      throw new LogException(Code.DAMAGED, file + " is gone from the log", e);
    }
    if (bytes != segment.bytes() || (int) checksum.getValue() != segment.checksum()) {
      throw LogException.of(
          Code.DAMAGED,
          "%s is damaged: it has %d bytes with the checksum %08x, and had %d with %08x",
          file,
          bytes,
          (int) checksum.getValue(),
          segment.bytes(),
          segment.checksum());
    }
  }
}
