/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.EpochWatermark;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.connectors.files.folder.LogView;
import io.anabranch.connectors.files.folder.Segment;
import io.anabranch.connectors.files.folder.SegmentFiles;
import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/**
 * Reads one split of the log: the segments in their order, of each the split's chunks, one batch
 * per advance. It looks for new segments once it has given out those it knows.
 *
 * <p>Each batch says how far its stripe is read. Once nothing is left, a batch without records says
 * that all stripes are read to the end, also those that had nothing, or nothing but epochs to leave
 * out, or whose segments are gone.
 */
final class FollowReader extends UnboundedSource.UnboundedReader<RecordBatch> {
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** When a reader of this process gave out records; several may share a thread. */
  private static volatile long gaveOutNanos = System.nanoTime();

  private final FollowSource source;
  private final EpochWatermark watermark;
  private Backlog backlog = Backlog.empty();
  private FollowMark mark;
  private Optional<ChunkReader> chunk = Optional.empty();
  private Optional<RecordBatch> current = Optional.empty();

  /** The segment that all stripes were said to be read before. */
  private long saidBefore;

  private Optional<java.time.Instant> newest = Optional.empty();

  /** The number of the last segment that was verified. */
  private long verified;

  private boolean polled;
  private long nextPoll;

  FollowReader(FollowSource source, FollowMark mark) {
    this.source = source;
    this.mark = mark;
    this.watermark =
        new EpochWatermark(
            source.folder().epochs(),
            source.request(),
            java.time.Instant.ofEpochMilli(mark.watermark()));
  }

  @Override
  public boolean start() throws IOException {
    return advance();
  }

  @Override
  public boolean advance() throws IOException {
    if (source.isStopped()) {
      current = Optional.empty();
      watermark.ended();
      return false;
    }
    do {
      while (openChunk()) {
        Optional<RecordBatch.Builder> batch = chunk.get().next();
        if (batch.isPresent()) {
          moveTo(mark.sequence(), mark.chunk(), chunk.get().offset());
          giveOut(batch.get(), chunk.get().offset());
          return true;
        }
        closeChunk();
        moveTo(mark.sequence(), mark.chunk() + 1, 0);
      }
    } while (poll());
    return giveOutPosition() || nothing();
  }

  /**
   * Rests for a moment if all readers of this process have found nothing for a while.
   *
   * <p>Beam's reader of sources on Flink sets a timer each time that it finds nothing, and one more
   * at each watermark. Each of them asks again, and so sets the next: after a minute there are a
   * thousand a second. A timer that fires while this rests sets none, so few are left.
   */
  private boolean nothing() {
    long now = System.nanoTime();
    if (source.pollMillis() > 0 && now - gaveOutNanos > QUIET_NANOS) {
      LockSupport.parkNanos(Math.min(REST_NANOS, Math.max(0, nextPoll - now)));
    }
    return false;
  }

  private void giveOut(RecordBatch.Builder batch, long offset) {
    gaveOutNanos = System.nanoTime();
    LogPosition position = source.stripes().position(backlog.first(), mark.chunk(), offset);
    if (saidBefore != mark.sequence()) { // segments are passed in their order
      saidBefore = mark.sequence();
      position = position.merge(Stripes.after(saidBefore - 1, source.ownStripes()));
    }
    current = Optional.of(batch.readThrough(position).build());
  }

  /** Says how far all stripes are read, if that is news. */
  private boolean giveOutPosition() {
    long before = Math.min(mark.sequence() - 1, source.until()) + 1;
    current =
        before == saidBefore || before <= 1
            ? Optional.empty()
            : Optional.of(
                RecordBatch.of(source.request().after(), "")
                    .readThrough(Stripes.after(before - 1, source.ownStripes()))
                    .build());
    saidBefore = before;
    return current.isPresent();
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
    if (polled && (watermark.isEnded() || started - nextPoll < 0)) {
      return false;
    }
    LogView view = source.folder().look(mark.sequence());
    if (mark.sequence() == FollowMark.start().sequence()) {
      moveTo(first(view), 0, 0);
    } else {
      requireNext(view);
    }
    backlog = Backlog.of(view.segments().stream().filter(source::reads).toList());
    if (backlog.isEmpty() && view.lastSequence() >= mark.sequence()) {
      moveTo(view.lastSequence() + 1, 0, 0);
    }
    watermark.closed(view.closedThrough());
    newest =
        view.newest()
            .map(segment -> java.time.Instant.ofEpochMilli(segment.appendMillis()))
            .or(() -> newest);
    if (backlog.isEmpty() && view.lastSequence() >= source.until()) {
      watermark.ended();
    }
    long finished = System.nanoTime();
    polled = true;
    nextPoll =
        finished // looking takes a tenth of the time at most
            + Math.max(
                TimeUnit.MILLISECONDS.toNanos(source.pollMillis()),
                source.pollMillis() == 0 ? 0 : 10 * (finished - started));
    return !backlog.isEmpty();
  }

  private static long first(LogView view) {
    return view.segments().isEmpty() ? view.lastSequence() + 1 : view.segments().get(0).sequence();
  }

  /** What was removed before it was read must not be passed over; before the first look, it may. */
  private void requireNext(LogView view) throws IOException {
    long left = view.lastSequence() - mark.sequence() + 1;
    if (left > view.segments().size()) {
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
    return Instant.ofEpochMilli(observed().current().toEpochMilli());
  }

  @Override
  public FollowMark getCheckpointMark() {
    return new FollowMark(
        mark.sequence(), mark.chunk(), mark.offset(), observed().reached().toEpochMilli());
  }

  private EpochWatermark observed() {
    if (backlog.isEmpty()) {
      watermark.nothingPending(newest);
    } else {
      java.time.Instant earliest = java.time.Instant.ofEpochMilli(backlog.earliestMillis());
      watermark.pending(source.folder().epochs().at(earliest), Optional.of(earliest));
    }
    return watermark;
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
