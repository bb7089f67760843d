/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.connectors.files.folder.LogView;
import io.anabranch.connectors.files.folder.Segment;
import io.anabranch.connectors.files.folder.SegmentFiles;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/**
 * Reads one split of the log: the segments in their order, of each the split's chunks, one batch
 * per advance. It looks for new segments once it has given out those it knows.
 */
final class FollowReader extends UnboundedSource.UnboundedReader<RecordBatch> {
  private final FollowSource source;
  private final FollowWatermark watermark;
  private Backlog backlog = Backlog.empty();
  private FollowMark mark;
  private Optional<ChunkReader> chunk = Optional.empty();
  private Optional<RecordBatch> current = Optional.empty();

  /** The number of the last segment that was verified. */
  private long verified;

  private boolean polled;
  private long nextPoll;

  FollowReader(FollowSource source, FollowMark mark) {
    this.source = source;
    this.mark = mark;
    this.watermark = new FollowWatermark(source.folder().epochs(), mark.watermark());
  }

  @Override
  public boolean start() throws IOException {
    return advance();
  }

  @Override
  public boolean advance() throws IOException {
    if (source.isStopped()) {
      current = Optional.empty();
      watermark.stop();
      return false;
    }
    do {
      while (openChunk()) {
        current = chunk.get().next();
        if (current.isPresent()) {
          moveTo(mark.sequence(), mark.chunk(), chunk.get().offset());
          return true;
        }
        closeChunk();
        moveTo(mark.sequence(), mark.chunk() + 1, 0);
      }
      current = Optional.empty();
    } while (poll());
    return false;
  }

  /** Goes to the next chunk of this split, unless there is one open; false if there is none. */
  private boolean openChunk() throws IOException {
    for (; chunk.isEmpty() && !backlog.isEmpty(); backlog.removeFirst()) {
      Segment segment = backlog.first();
      if (segment.sequence() > mark.sequence()) {
        moveTo(segment.sequence(), 0, 0);
      }
      long index = source.nextChunk(segment, mark.chunk());
      if (index >= 0) {
        long offset = index == mark.chunk() ? mark.offset() : 0;
        moveTo(segment.sequence(), index, offset);
        verify(segment);
        chunk =
            Optional.of(
                ChunkReader.open(
                    source.folder().file(segment), source.chunk(segment, index), offset));
        return true;
      }
      moveTo(segment.sequence() + 1, 0, 0);
    }
    return chunk.isPresent();
  }

  /** Once for each segment that this reader opens, before anything of it is given out. */
  private void verify(Segment segment) throws IOException {
    if (verified != segment.sequence()) {
      SegmentFiles.verify(source.folder().file(segment), segment);
      verified = segment.sequence();
    }
  }

  /** Looks for new segments; returns whether there are any. */
  private boolean poll() throws IOException {
    long started = System.nanoTime();
    if (polled && (watermark.isAtEnd() || started - nextPoll < 0)) {
      return false;
    }
    LogView view = source.folder().look(mark.sequence());
    requireNext(view.segments());
    backlog = Backlog.of(view.segments().stream().filter(source::reads).toList());
    if (backlog.isEmpty() && view.lastSequence() >= mark.sequence()) {
      moveTo(view.lastSequence() + 1, 0, 0);
    }
    watermark.looked(view, backlog.isEmpty() && view.lastSequence() >= source.until());
    long finished = System.nanoTime();
    polled = true;
    nextPoll =
        finished // looking takes a tenth of the time at most
            + Math.max(
                TimeUnit.MILLISECONDS.toNanos(source.pollMillis()),
                source.pollMillis() == 0 ? 0 : 10 * (finished - started));
    return !backlog.isEmpty();
  }

  /** What was removed before it was read must not be passed over; before the first look, it may. */
  private void requireNext(List<Segment> segments) throws IOException {
    boolean begins = mark.sequence() == FollowMark.start().sequence();
    if (segments.isEmpty() || begins) {
      return;
    }
    long last = segments.get(segments.size() - 1).sequence();
    if (last - mark.sequence() + 1 != segments.size()) {
      throw LogException.of(
          Code.DAMAGED,
          "segments of the log in %s were removed before they were read, from segment %d on",
          source.folder().path(),
          mark.sequence());
    }
  }

  private void moveTo(long sequence, long chunkIndex, long offset) {
    mark = new FollowMark(sequence, chunkIndex, offset, mark.watermark());
  }

  @Override
  public RecordBatch getCurrent() {
    return current.orElseThrow(NoSuchElementException::new);
  }

  /** Always the minimum: whoever decodes the records knows their times. */
  @Override
  public Instant getCurrentTimestamp() {
    if (current.isEmpty()) {
      throw new NoSuchElementException();
    }
    return BoundedWindow.TIMESTAMP_MIN_VALUE;
  }

  @Override
  public Instant getWatermark() {
    return Instant.ofEpochMilli(source.heldBack(watermark.now(backlog)));
  }

  @Override
  public FollowMark getCheckpointMark() {
    return new FollowMark(mark.sequence(), mark.chunk(), mark.offset(), watermark.now(backlog));
  }

  @Override
  public FollowSource getCurrentSource() {
    return source;
  }

  @Override
  public void close() throws IOException {
    closeChunk();
  }

  private void closeChunk() throws IOException {
    if (chunk.isPresent()) {
      chunk.get().close();
      chunk = Optional.empty();
    }
  }
}
