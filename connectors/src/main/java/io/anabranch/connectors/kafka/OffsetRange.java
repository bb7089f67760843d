/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.AtomicCoder;

/**
 * Offsets of one partition that are of one epoch.
 *
 * @param epoch the epoch
 * @param partition the number of the partition
 * @param from the first offset
 * @param to the offset behind the last
 */
record OffsetRange(long epoch, int partition, long from, long to) {
  private static final long MOST = 200_000;

  /** Divides it into parts that workers read beside each other. */
  List<OffsetRange> parts() {
    List<OffsetRange> parts = new ArrayList<>();
    for (long start = from; start < to; start += MOST) {
      parts.add(new OffsetRange(epoch, partition, start, Math.min(to, start + MOST)));
    }
    return parts;
  }

  /** The coder of ranges. */
  static final class OffsetRangeCoder extends AtomicCoder<OffsetRange> {
    private static final long serialVersionUID = 1L;
    private static final OffsetRangeCoder INSTANCE = new OffsetRangeCoder();

    private OffsetRangeCoder() {}

    static OffsetRangeCoder of() {
      return INSTANCE;
    }

    @Override
    public void encode(OffsetRange range, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(range.epoch());
      data.writeInt(range.partition());
      data.writeLong(range.from());
      data.writeLong(range.to());
    }

    @Override
    public OffsetRange decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      return new OffsetRange(data.readLong(), data.readInt(), data.readLong(), data.readLong());
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
