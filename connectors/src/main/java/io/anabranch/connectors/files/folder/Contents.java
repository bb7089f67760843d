/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochChange.Kind;
import io.anabranch.api.spi.log.EpochContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** What a log holds at some moment, by epochs, and how that differs from what it held. */
public final class Contents {
  private final LogFolder folder;
  private final long closedThrough;
  private final NavigableMap<Long, List<Segment>> segments = new TreeMap<>();
  private final Map<Long, Segment> bySequence = new HashMap<>();
  private long lastSequence;

  /**
   * Takes what was seen.
   *
   * @param view all segments of the log
   */
  public Contents(LogFolder folder, LogView view) {
    this.folder = folder;
    this.closedThrough = view.closedThrough();
    for (Segment segment : view.segments()) { // in the order of their numbers
      segments.computeIfAbsent(segment.epoch(), absent -> new ArrayList<>()).add(segment);
      bySequence.put(segment.sequence(), segment);
      lastSequence = Math.max(lastSequence, segment.sequence());
    }
  }

  /** Returns what the epochs {@code (after, through]} hold that have records. */
  public List<EpochContent> of(long after, long through) {
    return after >= through
        ? List.of()
        : segments.subMap(after, false, through, true).entrySet().stream()
            .map(
                entry -> content(entry.getKey(), entry.getValue(), entry.getKey() <= closedThrough))
            .toList();
  }

  private static EpochContent content(long epoch, List<Segment> held, boolean closed) {
    CRC32C names = new CRC32C();
    long bytes = 0;
    for (Segment segment : held) {
      names.update((segment.fileName() + "\n").getBytes(UTF_8));
      bytes += segment.bytes();
    }
    return new EpochContent(
        epoch,
        Long.toString(held.isEmpty() ? 0 : held.get(held.size() - 1).sequence()),
        held.size(),
        bytes,
        String.format("%08x", (int) names.getValue()),
        closed);
  }

  /** Returns a checksum of the names of all segments of the epochs {@code (after, through]}. */
  public long checksum(long after, long through) {
    CRC32C names = new CRC32C();
    of(after, through).forEach(content -> names.update((content + "\n").getBytes(UTF_8)));
    return names.getValue();
  }

  /** Returns how epochs are not what they were, by the names of their segments. */
  public List<EpochChange> changesSince(Collection<EpochContent> earlier) {
    List<EpochChange> changes = new ArrayList<>();
    for (EpochContent content : sorted(earlier)) {
      change(content).ifPresent(changes::add);
    }
    return changes;
  }

  /** Returns what is missing or damaged in the epochs {@code (after, through]}, sizes included. */
  public List<EpochChange> faults(long after, long through) throws IOException {
    NavigableMap<Long, EpochContent> closed = folder.closed().contents();
    TreeMap<Long, EpochContent> known = new TreeMap<>();
    of(after, through).forEach(content -> known.put(content.epoch(), content));
    known.keySet().stream()
        .filter(epoch -> epoch <= closedThrough && !closed.containsKey(epoch))
        .forEach(epoch -> known.put(epoch, content(epoch, List.of(), true))); // had none
    closed.forEach(
        (epoch, content) -> {
          if (epoch > after && epoch <= through) {
            known.put(epoch, content);
          }
        });
    List<EpochChange> faults = new ArrayList<>();
    for (EpochContent content : known.values()) {
      Optional<EpochChange> fault = change(content);
      (fault.isPresent() ? fault : damage(content.epoch())).ifPresent(faults::add);
    }
    return faults;
  }

  private static List<EpochContent> sorted(Collection<EpochContent> contents) {
    return contents.stream().sorted(Comparator.comparingLong(EpochContent::epoch)).toList();
  }

  private Optional<EpochChange> change(EpochContent earlier) {
    long position = Long.parseLong(earlier.position());
    List<Segment> all = segments.getOrDefault(earlier.epoch(), List.of());
    List<Segment> held =
        earlier.closed()
            ? all
            : all.stream().filter(segment -> segment.sequence() <= position).toList();
    EpochContent now = content(earlier.epoch(), held, earlier.closed());
    if (!now.equals(earlier)) {
      Kind kind = all.isEmpty() && isRemoved(position) ? Kind.REMOVED : Kind.CHANGED;
      return Optional.of(
          new EpochChange(earlier.epoch(), kind, name(earlier.epoch()) + difference(earlier, now)));
    }
    return Optional.empty();
  }

  /** Looks at the sizes of the files of an epoch. */
  private Optional<EpochChange> damage(long epoch) throws IOException {
    for (Segment segment : segments.getOrDefault(epoch, List.of())) {
      Optional<String> damage = damage(segment);
      if (damage.isPresent()) {
        return Optional.of(new EpochChange(epoch, Kind.CHANGED, name(epoch) + ": " + damage.get()));
      }
    }
    return Optional.empty();
  }

  /** Segments after it are there, and none in its place. */
  private boolean isRemoved(long position) {
    return lastSequence > position && !bySequence.containsKey(position);
  }

  private String difference(EpochContent earlier, EpochContent now) {
    if (now.parts() == 0) {
      return " is gone: %s%s"
          .formatted(
              describe(earlier),
              isRemoved(Long.parseLong(earlier.position()))
                  ? ""
                  : ", and the log "
                      + (lastSequence == 0 ? "is empty" : "ends with segment " + lastSequence));
    }
    return " held %s; now it holds %s"
        .formatted(
            describe(earlier),
            now.parts() == earlier.parts() && now.bytes() == earlier.bytes()
                ? "others"
                : describe(now));
  }

  private static String describe(EpochContent content) {
    return content.parts() == 0
        ? "nothing"
        : content.parts()
            + (content.parts() == 1 ? " segment of " : " segments of ")
            + content.bytes()
            + " bytes, the last of them segment "
            + content.position();
  }

  private Optional<String> damage(Segment segment) throws IOException {
    Path file = folder.file(segment);
    try {
      long size = Files.size(file);
      return size == segment.bytes()
          ? Optional.empty()
          : Optional.of(file + " has " + size + " bytes, and had " + segment.bytes());
    } catch (NoSuchFileException e) {
      return Optional.of(file + " is gone");
    }
  }

  private String name(long epoch) {
    Epochs epochs = folder.epochs();
    return "epoch [" + epochs.start(epoch) + ", " + epochs.end(epoch) + ")";
  }
}
