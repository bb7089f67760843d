/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.beam.sdk.util.VarInt;

/**
 * Partial rows of one shard as one array, so that a runner moves thousands of them as one element.
 *
 * <p>Format, for each row: epoch, start of the bucket in milliseconds, length of the key, key,
 * number of contributions, length of the accumulator, accumulator; numbers as Beam's {@link
 * VarInt}.
 */
final class Block {
  private Block() {}

  /** Gathers rows of one shard. */
  static final class Writer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void add(long epoch, long bucket, byte[] key, long contributions, byte[] accumulator) {
      try {
        VarInt.encode(epoch, out);
        VarInt.encode(bucket, out);
        VarInt.encode(key.length, out);
        out.write(key);
        VarInt.encode(contributions, out);
        VarInt.encode(accumulator.length, out);
        out.write(accumulator);
      } catch (IOException e) {
        throw new UncheckedIOException(e); // an array takes all
      }
    }

    byte[] toBlock() {
      return out.toByteArray();
    }
  }

  /** Goes over the rows of a block. */
  static final class Reader {
    private final ByteArrayInputStream in;
    private long epoch;
    private long bucket;
    private byte[] key = {};
    private long contributions;
    private byte[] accumulator = {};

    Reader(byte[] block) {
      this.in = new ByteArrayInputStream(block);
    }

    /** Goes to the next row; returns false if there is none. */
    boolean next() throws IOException {
      if (in.available() == 0) {
        return false;
      }
      epoch = VarInt.decodeLong(in);
      bucket = VarInt.decodeLong(in);
      key = in.readNBytes(VarInt.decodeInt(in));
      contributions = VarInt.decodeLong(in);
      accumulator = in.readNBytes(VarInt.decodeInt(in));
      return true;
    }

    long epoch() {
      return epoch;
    }

    long bucket() {
      return bucket;
    }

    byte[] key() {
      return key;
    }

    long contributions() {
      return contributions;
    }

    byte[] accumulator() {
      return accumulator;
    }
  }
}
