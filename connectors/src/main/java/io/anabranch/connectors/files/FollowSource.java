/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.api.spi.log.StopSignal;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.Segment;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An embedded log as a source without an end, or one split of it: the chunks that a hash of segment
 * and index assigns to it. Chunks of one segment go round all splits.
 */
final class FollowSource extends UnboundedSource<RecordBatch, FollowMark> {
  private static final long serialVersionUID = 1L;
  private static final long POLL_MILLIS = 50;
  private static final long PROMPT = -1;
  private static final long MINIMUM = BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis();
  private static final long MAXIMUM = BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis();

  private final LogFolder folder;
  private final long after;
  private final long until;
  private final StopSignal stop;
  private final int split;
  private final int splits;
  private final long chunkLength;
  private final long pollMillis;
  private final long latenessMillis;

  private FollowSource(
      LogFolder folder,
      long after,
      long until,
      StopSignal stop,
      int split,
      int splits,
      long chunkLength,
      long pollMillis,
      long latenessMillis) {
    this.folder = folder;
    this.after = after;
    this.until = until;
    this.stop = stop;
    this.split = split;
    this.splits = splits;
    this.chunkLength = chunkLength;
    this.pollMillis = pollMillis;
    this.latenessMillis = latenessMillis;
  }

  /**
   * Returns a source of the whole log.
   *
   * @param after the last epoch to leave out
   * @param until the last segment to read, {@link Long#MAX_VALUE} to read on without an end
   * @param stop ends it where it is
   */
  static FollowSource of(LogFolder folder, long after, long until, StopSignal stop) {
    return new FollowSource(folder, after, until, stop, 0, 1, Chunk.LENGTH, POLL_MILLIS, PROMPT);
  }

  /** Holds the watermark back, this long before the beginning of the epoch that it is in. */
  FollowSource heldBack(Duration lateness) {
    return new FollowSource(
        folder, after, until, stop, split, splits, chunkLength, pollMillis, lateness.toMillis());
  }

  /** For tests: divides segments into shorter chunks, and looks at the log on every advance. */
  FollowSource forTests(long length) {
    return new FollowSource(folder, after, until, stop, split, splits, length, 0, latenessMillis);
  }

  @Override
  public List<FollowSource> split(int desired, PipelineOptions options) {
    return splits > 1 || desired <= 1
        ? List.of(this)
        : IntStream.range(0, desired).mapToObj(i -> splitOf(i, desired)).toList();
  }

  private FollowSource splitOf(int index, int count) {
    return new FollowSource(
        folder, after, until, stop, index, count, chunkLength, pollMillis, latenessMillis);
  }

  /** Returns what to tell of a watermark of log append time, all in milliseconds. */
  long heldBack(long watermark) {
    if (latenessMillis == PROMPT || watermark <= MINIMUM || watermark >= MAXIMUM) {
      return watermark;
    }
    long epochMillis = folder.epochs().length().toMillis();
    return Math.max(MINIMUM, Math.floorDiv(watermark, epochMillis) * epochMillis - latenessMillis);
  }

  @Override
  public FollowReader createReader(PipelineOptions options, @Nullable FollowMark mark) {
    return new FollowReader(this, mark == null ? FollowMark.start() : mark);
  }

  LogFolder folder() {
    return folder;
  }

  long pollMillis() {
    return pollMillis;
  }

  /** Returns the last segment to read, {@link Long#MAX_VALUE} for no end. */
  long until() {
    return until;
  }

  /** Returns whether to end here, whatever else is in the log. */
  boolean isStopped() {
    return stop.isRaised();
  }

  boolean reads(Segment segment) {
    return segment.epoch() > after && segment.sequence() <= until;
  }

  /** Finds this split's next chunk of a segment from an index on; returns -1 if there is none. */
  long nextChunk(Segment segment, long from) {
    long mine = Math.floorMod(split - mix(segment.sequence()), (long) splits);
    long index = from + Math.floorMod(mine - from, (long) splits);
    return index * chunkLength < segment.bytes() ? index : -1;
  }

  Chunk chunk(Segment segment, long index) {
    return new Chunk(segment, index * chunkLength, (index + 1) * chunkLength);
  }

  /** Spreads consecutive numbers; part of the place of each record, so it must never change. */
  private static long mix(long sequence) {
    long mixed = sequence * 0x9E3779B97F4A7C15L;
    return (mixed ^ (mixed >>> 32)) >>> 1;
  }

  @Override
  public Coder<FollowMark> getCheckpointMarkCoder() {
    return FollowMark.FollowMarkCoder.of();
  }

  @Override
  public Coder<RecordBatch> getOutputCoder() {
    return RecordBatchCoder.of();
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item("path", folder.path().toString()));
  }
}
