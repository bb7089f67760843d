/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.Segment;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.checkerframework.checker.nullness.qual.Nullable;

/** An embedded log as a source without an end, or one split of it: some of its {@link Stripes}. */
final class FollowSource extends UnboundedSource<RecordBatch, FollowMark> {
  private static final long serialVersionUID = 1L;
  private static final long POLL_MILLIS = 50;

  private final LogFolder folder;
  private final FollowRequest request;
  private final long until;
  private final int split;
  private final int splits;
  private final long chunkLength;
  private final long pollMillis;

  private FollowSource(
      LogFolder folder,
      FollowRequest request,
      int split,
      int splits,
      long chunkLength,
      long pollMillis) {
    this.folder = folder;
    this.request = request;
    this.until = request.until().map(Stripes::sequence).orElse(Long.MAX_VALUE);
    this.split = split;
    this.splits = splits;
    this.chunkLength = chunkLength;
    this.pollMillis = pollMillis;
  }

  /** Returns a source of the whole log. */
  static FollowSource of(LogFolder folder, FollowRequest request) {
    return new FollowSource(folder, request, 0, 1, Chunk.LENGTH, POLL_MILLIS);
  }

  /** For tests: divides segments into shorter chunks, and looks at the log on every advance. */
  FollowSource forTests(long length) {
    return new FollowSource(folder, request, split, splits, length, 0);
  }

  @Override
  public List<FollowSource> split(int desired, PipelineOptions options) {
    int count = Math.min(desired, Stripes.COUNT);
    return splits > 1 || count <= 1
        ? List.of(this)
        : IntStream.range(0, count)
            .mapToObj(i -> new FollowSource(folder, request, i, count, chunkLength, pollMillis))
            .toList();
  }

  @Override
  public FollowReader createReader(PipelineOptions options, @Nullable FollowMark mark) {
    return new FollowReader(this, mark == null ? FollowMark.start() : mark);
  }

  LogFolder folder() {
    return folder;
  }

  FollowRequest request() {
    return request;
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
    return request.stop().isRaised();
  }

  boolean reads(Segment segment) {
    return segment.epoch() > request.after() && segment.sequence() <= until;
  }

  /** Finds this split's next chunk of a segment from an index on; returns -1 if there is none. */
  long nextChunk(Segment segment, long from) {
    Stripes stripes = stripes();
    return LongStream.range(from, stripes.chunks(segment))
        .filter(chunk -> isOwn(stripes.stripe(segment, chunk)))
        .findFirst()
        .orElse(-1);
  }

  IntStream ownStripes() {
    return IntStream.range(0, Stripes.COUNT).filter(this::isOwn);
  }

  private boolean isOwn(int stripe) {
    return stripe % splits == split;
  }

  Chunk chunk(Segment segment, long index) {
    return new Chunk(segment, index * chunkLength, (index + 1) * chunkLength);
  }

  Stripes stripes() {
    return new Stripes(chunkLength);
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
