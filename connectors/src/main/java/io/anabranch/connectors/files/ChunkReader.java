/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.RecordBatch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads the lines of a {@link Chunk} as batches of about 64 KiB, or of one longer line.
 *
 * <p>A line belongs to the chunk in which its first byte lies, so the last line may reach beyond
 * the chunk, and what comes before the first line begins belongs to the chunk before.
 */
final class ChunkReader implements Closeable {
  private static final int BATCH_BYTES = 1 << 16;

  private final Chunk chunk;
  private final FileChannel channel;
  private byte[] buffer = new byte[2 * BATCH_BYTES];

  /**
   * The bytes {@code [start, limit)} of the buffer are read from the file and not yet given out.
   */
  private int start;

  private int limit;

  /** Where in the file the next line begins: the place of {@code start}. */
  private long position;

  private ChunkReader(Chunk chunk, FileChannel channel) {
    this.chunk = chunk;
    this.channel = channel;
  }

  /**
   * Opens a chunk.
   *
   * @param offset where to go on in the chunk, an {@link #offset()} of an earlier reader, or 0 for
   *     the beginning
   */
  static ChunkReader open(Path file, Chunk chunk, long offset) throws IOException {
    ChunkReader reader = new ChunkReader(chunk, FileChannel.open(file, StandardOpenOption.READ));
    try {
      reader.seek(offset);
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** Returns where the next line begins, from the beginning of the chunk. */
  long offset() {
    return position - chunk.from();
  }

  /** Reads the next batch, empty at the end of the chunk. */
  Optional<RecordBatch.Builder> next() throws IOException {
    RecordBatch.Builder batch = RecordBatch.of(chunk.segment().epoch(), chunk.segment().origin());
    long enough = position + BATCH_BYTES;
    int scanned = start;
    while (position < chunk.to() && position < enough) {
      int lineEnd = indexOfLineEnd(scanned);
      if (lineEnd >= 0) {
        batch.add(position, buffer, start, lineEnd - start);
        position += lineEnd + 1 - start;
        start = lineEnd + 1;
        scanned = start;
      } else if (batch.size() > 0) {
        break; // the line goes on behind what is read
      } else {
        int pending = limit - start;
        if (!fill()) {
          addUnendedLine(batch);
          break;
        }
        scanned = start + pending;
      }
    }
    return batch.size() == 0 ? Optional.empty() : Optional.of(batch);
  }

  /** Segments end with a line end; one that does not was damaged, and loses nothing here. */
  private void addUnendedLine(RecordBatch.Builder batch) {
    if (limit > start) {
      batch.add(position, buffer, start, limit - start);
      position += limit - start;
      start = limit;
    } else {
      position = chunk.to();
    }
  }

  /** Moves to the first line that belongs to the chunk, or to one that is known to begin there. */
  private void seek(long offset) throws IOException {
    if (offset > 0 || chunk.from() == 0) {
      position = chunk.from() + offset;
      channel.position(position);
      return;
    }
    position = chunk.from() - 1; // if a line ends here, then the next one is ours
    channel.position(position);
    while (position < chunk.to()) {
      int lineEnd = indexOfLineEnd(start);
      int skipped = (lineEnd >= 0 ? lineEnd + 1 : limit) - start;
      position += skipped;
      start += skipped;
      if (lineEnd >= 0 || !fill()) {
        return;
      }
    }
  }

  private int indexOfLineEnd(int from) {
    for (int i = from; i < limit; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** Reads on behind what is not yet given out; returns false at the end of the file. */
  private boolean fill() throws IOException {
    int pending = limit - start;
    if (pending == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    } else if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, pending);
    }
    start = 0;
    limit = pending;
    int length = channel.read(ByteBuffer.wrap(buffer, limit, buffer.length - limit));
    limit += Math.max(length, 0);
    return length >= 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
