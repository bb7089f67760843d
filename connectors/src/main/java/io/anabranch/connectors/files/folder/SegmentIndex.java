/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import io.anabranch.api.Epochs;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Lists the segments of a log. What lies in a closed epoch never changes, so its folder is looked
 * into once. Safe for several threads.
 */
final class SegmentIndex {
  private final Epochs epochs;
  private final CachedFolder<EpochFolder> folder;

  SegmentIndex(Path folder, Epochs epochs) {
    this.epochs = epochs;
    this.folder = new CachedFolder<>(folder, this::epochFolder);
  }

  private Optional<EpochFolder> epochFolder(Path child) {
    OptionalLong epoch = EpochNames.parse(epochs, child.getFileName().toString());
    return epoch.isPresent()
        ? Optional.of(new EpochFolder(child, epoch.getAsLong()))
        : Optional.empty();
  }

  /**
   * Lists the segments from a sequence number on, without a gap, as they were a moment ago.
   *
   * <p>Folders are read one after the other, so an append into a folder that was read already can
   * be missed, and the next one, into another folder, be seen. But a segment gets its number and
   * its name under the lock: one that is seen says that all before it are there. So where there is
   * a gap, a second look is complete up to what the first one saw.
   *
   * @param closedThrough the last closed epoch, as it was <em>before</em> this call
   */
  LogView look(long closedThrough, long since) throws IOException {
    return list(closedThrough, since, CachedFolder::look);
  }

  /** The same, as they are when this is called. */
  LogView read(long closedThrough, long since) throws IOException {
    return list(closedThrough, since, CachedFolder::read);
  }

  private LogView list(long closedThrough, long since, Way way) throws IOException {
    LogView first = scan(closedThrough, since, way);
    long expected = first.lastSequence() - Math.max(since, 1) + 1;
    if (first.segments().size() >= expected) {
      return first;
    }
    List<Segment> complete =
        new ArrayList<>(scan(closedThrough, since, CachedFolder::read).segments());
    complete.removeIf(segment -> segment.sequence() > first.lastSequence());
    return new LogView(closedThrough, complete, first.newest(), first.lastSequence());
  }

  private LogView scan(long closedThrough, long since, Way way) throws IOException {
    List<Segment> found = new ArrayList<>();
    Segment newest = null;
    for (EpochFolder each : way.list(folder)) {
      List<Segment> segments = each.segments(closedThrough, way);
      if (segments.isEmpty()) {
        continue;
      }
      Segment last = segments.get(segments.size() - 1);
      if (newest == null || last.sequence() > newest.sequence()) {
        newest = last;
      }
      if (last.sequence() >= since) {
        segments.stream().filter(segment -> segment.sequence() >= since).forEach(found::add);
      }
    }
    found.sort(Comparator.comparingLong(Segment::sequence));
    return new LogView(
        closedThrough, found, Optional.ofNullable(newest), newest == null ? 0 : newest.sequence());
  }

  /** How a folder is listed: as it was a moment ago, or as it is. */
  private interface Way {
    <T> Collection<T> list(CachedFolder<T> folder) throws IOException;
  }

  /** The segments of one epoch. */
  private static final class EpochFolder {
    private final long epoch;
    private @Nullable CachedFolder<Segment> open;
    private List<Segment> closed = List.of();

    EpochFolder(Path folder, long epoch) {
      this.epoch = epoch;
      this.open =
          new CachedFolder<>(folder, file -> Segment.parse(epoch, file.getFileName().toString()));
    }

    /** Returns them in their order; none if it is a file. */
    synchronized List<Segment> segments(long closedThrough, Way way) throws IOException {
      if (open == null) {
        return closed;
      }
      boolean isClosed = epoch <= closedThrough;
      List<Segment> segments;
      try {
        segments = new ArrayList<>(isClosed ? open.read() : way.list(open));
      } catch (NotDirectoryException e) {
        return List.of();
      }
      segments.sort(Comparator.comparingLong(Segment::sequence));
      if (isClosed) {
        closed = List.copyOf(segments);
        open = null;
      }
      return segments;
    }
  }
}
