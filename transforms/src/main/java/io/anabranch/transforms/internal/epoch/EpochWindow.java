/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.util.VarInt;
import org.joda.time.Instant;

/**
 * A bucket of event time, as seen by one epoch of the log.
 *
 * <p>Start and end are those of the bucket, so an author's {@code DoFn} may ask for an {@link
 * IntervalWindow}. But the window lasts until its <em>epoch</em> is over: {@link #maxTimestamp()}
 * is the last millisecond of the epoch, on the clock of log append time that the source's watermark
 * follows. So an event may be months late, or ahead, and its window is still open; and state is
 * freed when the epoch ends, however long the bucket is.
 *
 * <p>An {@code EpochWindow} equals only another of the same epoch and bucket.
 */
public final class EpochWindow extends IntervalWindow {
  private final long epoch;
  private final long epochEnd;

  EpochWindow(long epoch, long epochEnd, long bucketStart, long bucketEnd) {
    super(Instant.ofEpochMilli(bucketStart), Instant.ofEpochMilli(bucketEnd));
    this.epoch = epoch;
    this.epochEnd = epochEnd;
  }

  /** Returns the epoch's number. */
  public long epoch() {
    return epoch;
  }

  /** Returns the last millisecond of the epoch. */
  @Override
  public Instant maxTimestamp() {
    return Instant.ofEpochMilli(epochEnd - 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EpochWindow that
        && epoch == that.epoch
        && epochEnd == that.epochEnd
        && start().equals(that.start())
        && end().equals(that.end());
  }

  @Override
  public int hashCode() {
    return Long.hashCode(epoch) * 31 + Long.hashCode(start().getMillis());
  }

  @Override
  public int compareTo(IntervalWindow other) {
    int byBucket = super.compareTo(other);
    return byBucket != 0 || !(other instanceof EpochWindow that)
        ? byBucket
        : Long.compare(epoch, that.epoch);
  }

  @Override
  public String toString() {
    return "epoch " + epoch + ", bucket [" + start() + ".." + end() + ")";
  }

  /** Writes a window whole, so that it can be read without its window function. */
  static final class Coder extends AtomicCoder<EpochWindow> {
    private static final long serialVersionUID = 1L;
    private static final Coder INSTANCE = new Coder();

    private Coder() {}

    static Coder of() {
      return INSTANCE;
    }

    @Override
    public void encode(EpochWindow window, OutputStream out) throws IOException {
      VarInt.encode(window.epoch, out);
      VarInt.encode(window.epochEnd, out);
      VarInt.encode(window.start().getMillis(), out);
      VarInt.encode(window.end().getMillis() - window.start().getMillis(), out);
    }

    @Override
    public EpochWindow decode(InputStream in) throws IOException {
      long epoch = VarInt.decodeLong(in);
      long epochEnd = VarInt.decodeLong(in);
      long start = VarInt.decodeLong(in);
      return new EpochWindow(epoch, epochEnd, start, start + VarInt.decodeLong(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
