/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static java.util.Comparator.naturalOrder;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.connectors.files.folder.Contents;
import io.anabranch.connectors.files.folder.DurableFiles;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.LogLock;
import io.anabranch.connectors.files.folder.LogView;
import io.anabranch.connectors.files.folder.Segment;
import io.anabranch.connectors.input.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * The embedded event log.
 *
 * <p>One append is one {@link Segment}: a file that is written aside and gets its name, and with it
 * its place in the log, in one step under a lock. So a reader sees an append whole or not at all,
 * and a crash leaves nothing but a file in {@code staging}. A closed epoch gets no more segments,
 * because that is checked under the same lock.
 */
final class FilesLog implements AppendableLog {
  private static final Instant FIRST_TIME = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST_TIME = Instant.parse("9999-12-31T00:00:00Z");

  private final String id;
  private final LogFolder folder;
  private final int maxRecord;

  FilesLog(String id, LogFolder folder, int maxRecord) {
    this.id = id;
    this.folder = folder;
    this.maxRecord = maxRecord;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Epochs epochs() {
    return folder.epochs();
  }

  @Override
  public LogEnd end() {
    return attempt(
        "read",
        () -> {
          LogView view = folder.look(0);
          List<Long> epochs = view.segments().stream().map(Segment::epoch).toList();
          long first = epochs.stream().min(naturalOrder()).orElse(Long.MAX_VALUE);
          return new LogEnd(
              Stripes.after(view.lastSequence()),
              view.closedThrough(),
              first,
              epochs.stream().max(naturalOrder()).orElse(Epochs.NONE),
              epochs.isEmpty() ? Epochs.NONE : folder.trimmedThrough(first));
        });
  }

  @Override
  public LogDistance distance(LogPosition from, LogPosition to) {
    return attempt(
        "read",
        () -> LogDistance.bytes(Stripes.DEFAULT.bytes(folder.look(0).segments(), from, to)));
  }

  @Override
  public LogSize size(EpochRange range) {
    return attempt(
        "read",
        () -> {
          Set<Long> epochs = new HashSet<>();
          long bytes = 0;
          for (Segment segment : folder.look(0).segments()) {
            if (range.contains(segment.epoch())) {
              epochs.add(segment.epoch());
              bytes += segment.bytes();
            }
          }
          return new LogSize(epochs.size(), LogDistance.bytes(bytes));
        });
  }

  @Override
  public List<EpochContent> contents(EpochRange range) {
    return attempt("read", () -> look().of(range.after(), range.through()));
  }

  @Override
  public List<EpochChange> changes(Collection<EpochContent> earlier) {
    return earlier.isEmpty() ? List.of() : attempt("read", () -> look().changesSince(earlier));
  }

  @Override
  public List<EpochChange> faults(EpochRange range) {
    return attempt("read", () -> look().faults(range.after(), range.through()));
  }

  /** Returns a checksum of what closed epochs hold. */
  long checksum(EpochRange range) {
    return attempt("read", () -> look().checksum(range.after(), range.through()));
  }

  private Contents look() throws IOException {
    return new Contents(folder, folder.look(0));
  }

  @Override
  public int maxRecord() {
    return maxRecord;
  }

  @Override
  public Appended append(List<Input> inputs, Optional<Instant> at) {
    at.ifPresent(FilesLog::checkTime);
    return attempt(
        "written",
        () -> {
          try (StagedFile file = StagedFile.create(Files.createDirectories(folder.staging()))) {
            StagedLines lines = StagedLines.write(file, inputs, maxRecord);
            requireShort(lines.bytes());
            return folder.locked(() -> commit(file, lines, at));
          }
        });
  }

  private static void requireShort(long bytes) {
    if (bytes > Stripes.MOST_SEGMENT_BYTES) {
      throw LogException.of(
          Code.TOO_MUCH_AT_ONCE,
          "%d bytes are to be appended in one step, and %s are allowed",
          bytes,
          Settings.formatBytes(Stripes.MOST_SEGMENT_BYTES));
    }
  }

  private static void requireNumber(long sequence) {
    if (sequence > Stripes.MOST_SEGMENTS) {
      throw LogException.of(
          Code.FAILED,
          "the log has had %,d appends, and takes no more: ingest into another log.path, and append more lines at once",
          sequence - 1);
    }
  }

  private Appended commit(StagedFile file, StagedLines lines, Optional<Instant> at)
      throws IOException {
    LogView view = folder.settle(Long.MAX_VALUE);
    Instant time = at.orElseGet(folder.clock()::instant);
    long epoch = epochs().at(time);
    if (epoch <= view.closedThrough()) {
      throw at.isPresent() ? closed(time, epoch, view) : closedAhead(time, epoch, view);
    }
    if (at.isEmpty() && folder.isJump(view)) {
      throw jump(time, view);
    }
    requireNumber(view.lastSequence() + 1);
    Segment segment =
        new Segment(
            epoch,
            view.lastSequence() + 1,
            time.toEpochMilli(),
            at.isPresent(),
            lines.bytes(),
            lines.checksum());
    Path target = folder.file(segment);
    if (!Files.isDirectory(target.getParent())) {
      Files.createDirectories(target.getParent());
      DurableFiles.syncFolder(target.getParent().getParent());
    }
    DurableFiles.publish(file.path(), target);
    return new Appended(epoch, lines.records(), lines.bytes());
  }

  private LogException closed(Instant time, long epoch, LogView view) {
    return LogException.of(
        Code.EPOCH_CLOSED,
        "the stated ingestion time %s is in the closed epoch %s, which gets no more records; the first open epoch starts at %s",
        time,
        interval(epoch),
        epochs().start(view.closedThrough() + 1));
  }

  /** The clock was ahead when the log was closed, or it is behind now. */
  private LogException closedAhead(Instant time, long epoch, LogView view) {
    Instant open = epochs().start(view.closedThrough() + 1);
    return LogException.clockBehind(
        "the present time %s is in the closed epoch %s, which gets no more records: the log is closed through %s"
            .formatted(time, interval(epoch), open),
        open,
        epochs().end(view.closedThrough() + 1));
  }

  private LogException jump(Instant time, LogView view) {
    return LogException.clockAhead(
        "the present time %s is more than %s after the newest record of the log, %s: the clock of this machine may be ahead, and the log would then be closed for everybody else"
            .formatted(
                time,
                folder.maxJump(),
                Instant.ofEpochMilli(view.newest().orElseThrow().appendMillis())),
        time);
  }

  private String interval(long epoch) {
    return "[" + epochs().start(epoch) + ", " + epochs().end(epoch) + ")";
  }

  @Override
  public long closeThrough(Instant time) {
    if (time.isAfter(LAST_TIME)) {
      checkTime(time);
    }
    long through = time.isBefore(FIRST_TIME) ? Epochs.NONE : epochs().at(time) - 1;
    return attempt(
        "closed",
        () ->
            folder.locked(
                () -> {
                  LogView view = folder.settle(Long.MAX_VALUE);
                  return through > view.closedThrough()
                      ? folder.close(view, through).closedThrough()
                      : view.closedThrough();
                }));
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> read(EpochRange closed) {
    return new ReadClosedEpochs(this, folder, closed);
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> follow(FollowRequest request) {
    return new FollowLog(folder, request);
  }

  @Override
  public void close() {}

  private static void checkTime(Instant time) {
    if (time.isBefore(FIRST_TIME) || time.isAfter(LAST_TIME)) {
      throw new LogException(
          Code.TIME_OUT_OF_RANGE,
          "the time is " + time + ": it must be from " + FIRST_TIME + " to " + LAST_TIME);
    }
  }

  private <T> T attempt(String what, LogLock.Action<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw new LogException(
          Code.FAILED,
          "the log in " + folder.path() + " cannot be " + what + ": " + Problems.describe(e),
          e);
    }
  }
}
