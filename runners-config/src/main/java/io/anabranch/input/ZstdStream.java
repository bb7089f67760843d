/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Decompresses zstd data: one frame after the other, to the end. Unlike {@link
 * com.github.luben.zstd.ZstdInputStream}, it fails if a later frame ends too early.
 */
final class ZstdStream extends InputStream {
  private static final int BUFFER = 1 << 16;

  private final InputStream in;
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final byte[] chunk = new byte[BUFFER];
  private final ByteBuffer compressed = ByteBuffer.allocateDirect(BUFFER).limit(0);
  private final ByteBuffer content = ByteBuffer.allocateDirect(BUFFER).limit(0);
  private boolean withinFrame;

  ZstdStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    while (!content.hasRemaining()) {
      if (withinFrame || compressed.hasRemaining()) {
        decompress();
      }
      if (!content.hasRemaining() && !compressed.hasRemaining() && !fill()) {
        return end();
      }
    }
    int read = Math.min(length, content.remaining());
    content.get(buffer, offset, read);
    return read;
  }

  private void decompress() throws IOException {
    content.clear();
    try {
      withinFrame = !context.decompressDirectByteBufferStream(content, compressed);
    } catch (ZstdException e) {
      throw new IOException("its zstd data is corrupt: " + e.getMessage(), e);
    } finally {
      content.flip();
    }
  }

  /** Reads more, and returns false at the end. */
  private boolean fill() throws IOException {
    int read = in.read(chunk);
    if (read < 0) {
      return false;
    }
    compressed.clear().put(chunk, 0, read).flip();
    return true;
  }

  private int end() throws EOFException {
    if (withinFrame) {
      throw new EOFException("its zstd data ends within a frame");
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    context.close();
    in.close();
  }
}
