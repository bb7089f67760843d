/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Decompresses gzip data: one member after the other, to the end. Unlike {@link
 * java.util.zip.GZIPInputStream}, it fails on what follows a member and is none; but NULs may
 * follow the last one, as devices and archivers pad with them.
 */
final class GzipStream extends InputStream {
  /** The decompressor waits until it fills what it is given, and a live stream may be slow. */
  private static final int LONGEST_READ = 1 << 13;

  private final InputStream compressed;
  private InputStream member = InputStream.nullInputStream();
  private long members;

  /** Opens data that begins with a member; {@code compressed} must support mark and reset. */
  GzipStream(InputStream compressed) {
    this.compressed = compressed;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int wanted = Math.min(length, LONGEST_READ);
      int read = member.read(buffer, offset, wanted);
      while (read < 0 && hasNext()) {
        members++;
        member = new GzipCompressorInputStream(compressed, false);
        read = member.read(buffer, offset, wanted);
      }
      return read;
    } catch (EOFException e) {
      throw new EOFException("its gzip data ends within member " + members);
    }
  }

  private boolean hasNext() throws IOException {
    compressed.mark(2);
    int next = compressed.read();
    if (next == 0x1F && compressed.read() == 0x8B) {
      compressed.reset();
      return true;
    }
    while (next == 0) {
      next = compressed.read();
    }
    if (next >= 0) {
      throw new IOException(
          "after member " + members + " of its gzip data comes something that is no gzip data");
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    member.close();
    compressed.close();
  }
}
