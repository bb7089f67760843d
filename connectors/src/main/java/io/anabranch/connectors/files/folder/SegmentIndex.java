/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import io.anabranch.api.Epochs;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lists the segments of a log. What lies in a closed epoch never changes, so its folder is looked
 * into once. Safe for several threads.
 */
final class SegmentIndex {
  private final Path folder;
  private final Epochs epochs;
  private final Map<String, List<Segment>> closed = new ConcurrentHashMap<>();

  SegmentIndex(Path folder, Epochs epochs) {
    this.folder = folder;
    this.epochs = epochs;
  }

  /**
   * Lists the segments from a sequence number on, without a gap.
   *
   * <p>Folders are read one after the other, so an append into a folder that was read already can
   * be missed, and the next one, into another folder, be seen. But a segment gets its number and
   * its name under the lock: one that is seen says that all before it are there. So where there is
   * a gap, a second look is complete up to what the first one saw.
   *
   * @param closedThrough the last closed epoch, as it was <em>before</em> this call
   */
  LogView list(long closedThrough, long since) throws IOException {
    LogView first = scan(closedThrough, since);
    long expected = first.lastSequence() - Math.max(since, 1) + 1;
    if (first.segments().size() >= expected) {
      return first;
    }
    List<Segment> complete = new ArrayList<>(scan(closedThrough, since).segments());
    complete.removeIf(segment -> segment.sequence() > first.lastSequence());
    return new LogView(closedThrough, complete, first.newest(), first.lastSequence());
  }

  private LogView scan(long closedThrough, long since) throws IOException {
    List<Segment> found = new ArrayList<>();
    Segment newest = null;
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        List<Segment> segments = segmentsOf(child, closedThrough);
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
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(Comparator.comparingLong(Segment::sequence));
    return new LogView(
        closedThrough, found, Optional.ofNullable(newest), newest == null ? 0 : newest.sequence());
  }

  private List<Segment> segmentsOf(Path child, long closedThrough) throws IOException {
    String name = child.getFileName().toString();
    List<Segment> known = closed.get(name);
    if (known != null) {
      return known;
    }
    OptionalLong epoch = EpochNames.parse(epochs, name);
    if (epoch.isEmpty()) {
      return List.of();
    }
    List<Segment> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(child)) {
      for (Path file : files) {
        Segment.parse(epoch.getAsLong(), file.getFileName().toString()).ifPresent(segments::add);
      }
    } catch (NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    segments.sort(Comparator.comparingLong(Segment::sequence));
    if (epoch.getAsLong() <= closedThrough) {
      closed.put(name, List.copyOf(segments));
    }
    return segments;
  }
}
