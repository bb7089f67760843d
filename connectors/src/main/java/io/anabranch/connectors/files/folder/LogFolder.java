/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import io.anabranch.api.Epochs;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The folder of a log, on the machine that opened the log or on a worker that sees the same folder.
 *
 * <p>An epoch is closed when the file {@code closed} says so, and only then: what closes by itself
 * is written there first, under the lock that appends are committed under. So nobody sees an epoch
 * closed that an append, or a clock that is set back, could still get into.
 *
 * <p>By itself an epoch closes when its end and the grace are over, if the newest segment was
 * appended at the time of its writing; while history is loaded at stated times, nothing does, and
 * neither if the clock may be wrong.
 */
public final class LogFolder implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String path;
  private final Epochs epochs;
  private final Duration grace;
  private final Duration maxJump;
  private final Clock clock;
  private transient SegmentIndex index;
  private transient ClosedEpochs closed;

  /**
   * Points at a folder.
   *
   * @param grace how long after its end an epoch closes by itself
   * @param maxJump how long after the newest record the present time may be, for epochs to close by
   *     themselves: if it is later, then the clock may be wrong
   * @param clock the time of appends and of closing; serializable
   */
  public LogFolder(Path path, Epochs epochs, Duration grace, Duration maxJump, Clock clock) {
    this.path = path.toString();
    this.epochs = epochs;
    this.grace = grace;
    this.maxJump = maxJump;
    this.clock = clock;
  }

  /** Returns the folder. */
  public Path path() {
    return Path.of(path);
  }

  /** Returns how ingestion time is divided. */
  public Epochs epochs() {
    return epochs;
  }

  /** Returns the clock that decides which epochs are open. */
  public Clock clock() {
    return clock;
  }

  /** Returns the folder in which segments are written before they are renamed into place. */
  public Path staging() {
    return path().resolve("staging");
  }

  /** Returns the file of a segment. */
  public Path file(Segment segment) {
    return epochFolder(segment.epoch()).resolve(segment.fileName());
  }

  Path epochFolder(long epoch) {
    return path().resolve("epochs").resolve(EpochNames.of(epochs, epoch));
  }

  /**
   * Returns the last epoch whose records were removed from the beginning of the log, {@link
   * Epochs#NONE} if none were.
   *
   * @param firstEpoch the first epoch that has segments
   */
  public long trimmedThrough(long firstEpoch) throws IOException {
    return closed().lastBefore(firstEpoch).orElse(Epochs.NONE);
  }

  /** Does something while no other process or thread appends or closes; not to be nested. */
  public <T> T locked(LogLock.Action<T> action) throws IOException {
    return LogLock.hold(path().resolve("lock"), action);
  }

  /**
   * Looks at the log, with its segments from a sequence number on. Closes what is due; if this
   * process may not write to the folder, then what a process that may has closed is closed.
   */
  public LogView look(long since) throws IOException {
    LogView view = list(since, true);
    if (due(view) <= view.closedThrough()) {
      return view;
    }
    try {
      return locked(() -> settle(since));
    } catch (FileSystemException | ReadOnlyFileSystemException e) {
      return view;
    }
  }

  /** Looks at the log, and closes what is due; only under the lock. */
  public LogView settle(long since) throws IOException {
    LogView view = read(since);
    long due = due(view);
    return due > view.closedThrough() ? close(view, due) : view;
  }

  /** Closes the epochs through one that is later than those closed; only under the lock. */
  public LogView close(LogView view, long through) throws IOException {
    LogView all = read(0).withClosedThrough(through);
    closed()
        .append(
            through, all.lastSequence(), new Contents(this, all).of(view.closedThrough(), through));
    return view.withClosedThrough(through);
  }

  /**
   * Whether the present time is so long after the newest record that the clock may be wrong. A
   * stated time, as of history, says nothing of clocks.
   */
  public boolean isJump(LogView view) {
    return view.newest()
        .filter(newest -> !newest.stated())
        .filter(
            newest ->
                clock.instant().isAfter(Instant.ofEpochMilli(newest.appendMillis()).plus(maxJump)))
        .isPresent();
  }

  /** Returns how far a clock may jump before an append is refused. */
  public Duration maxJump() {
    return maxJump;
  }

  private LogView read(long since) throws IOException {
    closed().reread();
    return list(since, false);
  }

  private LogView list(long since, boolean recent) throws IOException {
    long closedThrough = closed().through(); // before the segments are listed
    long lastClosed = closed().lastSequence();
    LogView seen = recent ? index().look(closedThrough, since) : index().read(closedThrough, since);
    if (recent && seen.lastSequence() < lastClosed) { // they were removed, or came this moment
      seen = index().read(closedThrough, since);
    }
    return new LogView(
        seen.closedThrough(),
        seen.segments(),
        seen.newest(),
        Math.max(seen.lastSequence(), lastClosed));
  }

  /** Returns the last epoch that closes by itself now. */
  private long due(LogView view) {
    return view.newest().isEmpty() || view.newest().get().stated() || isJump(view)
        ? Epochs.NONE
        : epochs.at(clock.instant().minus(grace)) - 1;
  }

  /** Returns the list of closed epochs. */
  public synchronized ClosedEpochs closed() {
    if (closed == null) {
      closed = new ClosedEpochs(path());
    }
    return closed;
  }

  private synchronized SegmentIndex index() {
    if (index == null) {
      index = new SegmentIndex(path().resolve("epochs"), epochs);
    }
    return index;
  }
}
