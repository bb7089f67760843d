/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.MapCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.VarInt;

/**
 * Where a split goes on.
 *
 * @param next the next offset of each partition that it has begun
 * @param open the epoch as of which records were given out before it was closed
 * @param watermark the last watermark, in milliseconds
 */
record TopicMark(Map<Integer, Long> next, long open, long watermark)
    implements UnboundedSource.CheckpointMark {

  /** Copies the offsets. */
  TopicMark {
    next = Map.copyOf(next);
  }

  /** Returns the mark of a reader that has not begun. */
  static TopicMark start() {
    return new TopicMark(Map.of(), Long.MIN_VALUE, BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());
  }

  /** Nothing is to be done: the topic keeps what was read. */
  @Override
  public void finalizeCheckpoint() {}

  /** The coder of marks. */
  static final class TopicMarkCoder extends AtomicCoder<TopicMark> {
    private static final long serialVersionUID = 1L;
    private static final TopicMarkCoder INSTANCE = new TopicMarkCoder();
    private static final MapCoder<Integer, Long> NEXT =
        MapCoder.of(VarIntCoder.of(), VarLongCoder.of());

    private TopicMarkCoder() {}

    static TopicMarkCoder of() {
      return INSTANCE;
    }

    @Override
    public void encode(TopicMark mark, OutputStream out) throws IOException {
      NEXT.encode(mark.next, out);
      VarInt.encode(mark.open, out);
      VarInt.encode(mark.watermark, out);
    }

    @Override
    public TopicMark decode(InputStream in) throws IOException {
      return new TopicMark(NEXT.decode(in), VarInt.decodeLong(in), VarInt.decodeLong(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
