/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static java.util.Comparator.naturalOrder;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.AppendableLog;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.LogSize;
import io.anabranch.api.spi.RecordBatch;
import io.anabranch.api.spi.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
          return new LogEnd(
              Long.toString(view.lastSequence()),
              view.closedThrough(),
              epochs.stream().min(naturalOrder()).orElse(Long.MAX_VALUE),
              epochs.stream().max(naturalOrder()).orElse(Epochs.NONE));
        });
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
              bytes += Files.size(folder.file(segment));
            }
          }
          return new LogSize(epochs.size(), bytes);
        });
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
            return folder.locked(() -> commit(file, lines, at));
          }
        });
  }

  private Appended commit(StagedFile file, StagedLines lines, Optional<Instant> at)
      throws IOException {
    LogView view = folder.settle(Long.MAX_VALUE);
    Instant time = at.orElseGet(folder.clock()::instant);
    long epoch = epochs().at(time);
    if (epoch <= view.closedThrough()) {
      throw refusal(time, at.isPresent(), epoch, epochs().start(view.closedThrough() + 1));
    }
    Segment segment =
        new Segment(epoch, view.lastSequence() + 1, time.toEpochMilli(), at.isPresent());
    Path target = folder.file(segment);
    if (!Files.isDirectory(target.getParent())) {
      Files.createDirectories(target.getParent());
      DurableFiles.syncFolder(target.getParent().getParent());
    }
    DurableFiles.publish(file.path(), target);
    return new Appended(epoch, lines.records(), lines.bytes());
  }

  private UserException refusal(Instant time, boolean stated, long epoch, Instant open) {
    return new UserException(
        (stated ? "the stated ingestion time " : "the present time ")
            + time
            + " is in the closed epoch ["
            + epochs().start(epoch)
            + ", "
            + epochs().end(epoch)
            + "), which gets no more records; the first open epoch starts at "
            + open
            + ". State an ingestion time from then on (--at), or "
            + (stated ? "append at the present time" : "wait until then"));
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
  public PTransform<PBegin, PCollection<RecordBatch>> readClosed(EpochRange range) {
    return new ReadClosedEpochs(this, folder, range);
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> follow(
      long after, Optional<Duration> lateness, Optional<LogEnd> until, StopSignal stop) {
    return new FollowLog(folder, after, lateness, until, stop);
  }

  @Override
  public void close() {}

  private static void checkTime(Instant time) {
    if (time.isBefore(FIRST_TIME) || time.isAfter(LAST_TIME)) {
      throw new UserException(
          "the time is " + time + ": it must be from " + FIRST_TIME + " to " + LAST_TIME);
    }
  }

  private <T> T attempt(String what, LogLock.Action<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw new UserException(
          "the log in " + folder.path() + " cannot be " + what + ": " + Problems.describe(e), e);
    }
  }
}
