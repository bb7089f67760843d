/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.connectors.files.folder.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.BooleanCoder;
import org.apache.beam.sdk.util.VarInt;

/**
 * A range of a segment, read by one worker: the lines whose first byte lies in {@code [from, to)}.
 *
 * @param segment the segment
 * @param from its first byte
 * @param to the first byte after it
 */
record Chunk(Segment segment, long from, long to) {
  /**
   * The longest chunk, by default; large enough to be worth a seek, small enough to divide work.
   * Part of each {@linkplain Stripes position}, so it must never change.
   */
  static final long LENGTH = 16L << 20;

  /** The coder of chunks. */
  static final class ChunkCoder extends AtomicCoder<Chunk> {
    private static final long serialVersionUID = 1L;
    private static final ChunkCoder INSTANCE = new ChunkCoder();

    private ChunkCoder() {}

    static ChunkCoder of() {
      return INSTANCE;
    }

    @Override
    public void encode(Chunk chunk, OutputStream out) throws IOException {
      VarInt.encode(chunk.segment.epoch(), out);
      VarInt.encode(chunk.segment.sequence(), out);
      VarInt.encode(chunk.segment.appendMillis(), out);
      BooleanCoder.of().encode(chunk.segment.stated(), out);
      VarInt.encode(chunk.segment.bytes(), out);
      VarInt.encode(chunk.segment.checksum(), out);
      VarInt.encode(chunk.from, out);
      VarInt.encode(chunk.to, out);
    }

    @Override
    public Chunk decode(InputStream in) throws IOException {
      Segment segment =
          new Segment(
              VarInt.decodeLong(in),
              VarInt.decodeLong(in),
              VarInt.decodeLong(in),
              BooleanCoder.of().decode(in),
              VarInt.decodeLong(in),
              VarInt.decodeInt(in));
      return new Chunk(segment, VarInt.decodeLong(in), VarInt.decodeLong(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
