/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.VarInt;

/**
 * Where a split of the log goes on: it has given out all of its chunks before this place.
 *
 * @param sequence a segment, 0 if the log was not looked at yet
 * @param chunk the index of a chunk in it
 * @param offset where the next line begins in the chunk, 0 if none of it was given out
 * @param watermark the last watermark, in milliseconds
 */
record FollowMark(long sequence, long chunk, long offset, long watermark)
    implements UnboundedSource.CheckpointMark {

  /** Returns the mark of a reader that has not looked at the log yet. */
  static FollowMark start() {
    return new FollowMark(0, 0, 0, BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());
  }

  /** Nothing is to be done: the log keeps what was read. */
  @Override
  public void finalizeCheckpoint() {}

  /** The coder of marks. */
  static final class FollowMarkCoder extends AtomicCoder<FollowMark> {
    private static final long serialVersionUID = 1L;
    private static final FollowMarkCoder INSTANCE = new FollowMarkCoder();

    private FollowMarkCoder() {}

    static FollowMarkCoder of() {
      return INSTANCE;
    }

    @Override
    public void encode(FollowMark mark, OutputStream out) throws IOException {
      VarInt.encode(mark.sequence, out);
      VarInt.encode(mark.chunk, out);
      VarInt.encode(mark.offset, out);
      VarInt.encode(mark.watermark, out);
    }

    @Override
    public FollowMark decode(InputStream in) throws IOException {
      return new FollowMark(
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
