/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.time.Clock;
import java.time.Duration;

/**
 * The folder of a log, on the machine that opened the log or on a worker that sees the same folder.
 *
 * <p>An epoch is closed when the file {@code closed} says so, and only then: what closes by itself
 * is written there first, under the lock that appends are committed under. So nobody sees an epoch
 * closed that an append, or a clock that is set back, could still get into.
 *
 * <p>By itself an epoch closes when its end and the grace are over, if the newest segment was
 * appended at the time of its writing; while history is loaded at stated times, nothing does.
 */
final class LogFolder implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String path;
  private final Epochs epochs;
  private final Duration grace;
  private final Clock clock;
  private transient SegmentIndex index;

  /**
   * Points at a folder.
   *
   * @param clock the time of appends and of closing; serializable
   */
  LogFolder(Path path, Epochs epochs, Duration grace, Clock clock) {
    this.path = path.toString();
    this.epochs = epochs;
    this.grace = grace;
    this.clock = clock;
  }

  Path path() {
    return Path.of(path);
  }

  Epochs epochs() {
    return epochs;
  }

  Clock clock() {
    return clock;
  }

  Path staging() {
    return path().resolve("staging");
  }

  Path file(Segment segment) {
    return epochFolder(segment.epoch()).resolve(segment.fileName());
  }

  Path epochFolder(long epoch) {
    return path().resolve("epochs").resolve(EpochNames.of(epochs, epoch));
  }

  /** Does something while no other process or thread appends or closes; not to be nested. */
  <T> T locked(LogLock.Action<T> action) throws IOException {
    return LogLock.hold(path().resolve("lock"), action);
  }

  /**
   * Looks at the log, with its segments from a sequence number on. Closes what is due; if this
   * process may not write to the folder, then what a process that may has closed is closed.
   */
  LogView look(long since) throws IOException {
    LogView view = list(since);
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
  LogView settle(long since) throws IOException {
    LogView view = list(since);
    long due = due(view);
    return due > view.closedThrough() ? close(view, due) : view;
  }

  /** Closes the epochs through one that is later than those closed; only under the lock. */
  LogView close(LogView view, long through) throws IOException {
    DurableFiles.replace(
        Files.createDirectories(staging()),
        closedFile(),
        (through + "\n").getBytes(StandardCharsets.UTF_8));
    return view.withClosedThrough(through);
  }

  private LogView list(long since) throws IOException {
    long closedThrough = closedThrough(); // before the segments are listed
    return index().list(closedThrough, since);
  }

  private long closedThrough() throws IOException {
    try {
      return Long.parseLong(Files.readString(closedFile(), StandardCharsets.UTF_8).trim());
    } catch (NoSuchFileException e) {
      return Epochs.NONE;
    } catch (NumberFormatException e) {
      throw new UserException(
          closedFile() + " does not hold the number of the last closed epoch; restore it", e);
    }
  }

  /** Returns the last epoch that closes by itself now. */
  private long due(LogView view) {
    return view.newest().isEmpty() || view.newest().get().stated()
        ? Epochs.NONE
        : epochs.at(clock.instant().minus(grace)) - 1;
  }

  private Path closedFile() {
    return path().resolve("closed");
  }

  private synchronized SegmentIndex index() {
    if (index == null) {
      index = new SegmentIndex(path().resolve("epochs"), epochs);
    }
    return index;
  }
}
