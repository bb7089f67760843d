/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.archive;

import static java.util.stream.Collectors.toSet;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.ArchivableLog;
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
import io.anabranch.connectors.archive.ReadArchive.Chunk;
import io.anabranch.connectors.input.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;

/**
 * A log with an archive of its closed epochs. An epoch that is archived is read there, each other
 * one from the log. It is the same log with the same epochs, so that a store goes on with it.
 */
public final class ArchivedLog implements AppendableLog, ArchivableLog {
  private final ArchiveSource log;
  private final ArchiveFolder archive;

  private ArchivedLog(ArchiveSource log, ArchiveFolder archive) {
    this.log = log;
    this.archive = archive;
  }

  /**
   * Puts an archive beside a log. The folder is made when something is archived.
   *
   * @param log is closed with it, or if this fails
   * @throws LogException if the folder is the archive of another log
   */
  public static ArchivedLog of(ArchiveSource log, Path folder) {
    ArchiveFolder archive = new ArchiveFolder(folder);
    try {
      archive.check(log.id(), log.epochs());
      return new ArchivedLog(log, archive);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  @Override
  public String id() {
    return log.id();
  }

  @Override
  public Epochs epochs() {
    return log.epochs();
  }

  @Override
  public boolean takesKeys() {
    return log.takesKeys();
  }

  @Override
  public int maxRecord() {
    return log.maxRecord();
  }

  @Override
  public LogEnd end() {
    LogEnd end = log.end();
    SortedMap<Long, ArchivedEpoch> archived = archive.epochs();
    if (archived.isEmpty()) {
      return end;
    }
    return new LogEnd(
        end.position(),
        end.closedThrough(),
        Math.min(end.firstEpoch(), archived.firstKey()),
        Math.max(end.lastEpoch(), archived.lastKey()),
        trimmedThrough(end, archived));
  }

  /** Returns the last epoch that neither the log nor the archive has whole. */
  private long trimmedThrough(LogEnd end, Map<Long, ArchivedEpoch> archived) {
    return lost(end, archived).stream().mapToLong(Long::longValue).max().orElse(Epochs.NONE);
  }

  /** Returns the epochs of which the log lacks records, and that are not archived. */
  private Set<Long> lost(LogEnd end, Map<Long, ArchivedEpoch> archived) {
    if (!end.isTrimmed()) {
      return Set.of();
    }
    List<EpochContent> others =
        log.contents(new EpochRange(Epochs.NONE, end.trimmedThrough())).stream()
            .filter(content -> !archived.containsKey(content.epoch()))
            .toList();
    return removed(others);
  }

  private Set<Long> removed(List<EpochContent> contents) {
    return log.changes(contents).stream()
        .filter(change -> change.kind() == EpochChange.Kind.REMOVED)
        .map(EpochChange::epoch)
        .collect(toSet());
  }

  @Override
  public LogSize size(EpochRange range) {
    SortedMap<Long, ArchivedEpoch> archived = archive.epochs();
    if (archived.isEmpty()) {
      return log.size(range);
    }
    List<EpochContent> contents = log.contents(range);
    long records = contents.stream().mapToLong(EpochContent::bytes).sum();
    return new LogSize(contents.size(), new LogDistance(records, LogDistance.Unit.RECORDS, false));
  }

  /** What the log knows of epochs outlives their records. */
  @Override
  public List<EpochContent> contents(EpochRange range) {
    return log.contents(range);
  }

  @Override
  public List<EpochChange> changes(Collection<EpochContent> earlier) {
    SortedMap<Long, ArchivedEpoch> archived = archive.epochs();
    return log.changes(earlier).stream()
        .filter(
            change ->
                change.kind() != EpochChange.Kind.REMOVED || !archived.containsKey(change.epoch()))
        .toList();
  }

  @Override
  public List<EpochChange> faults(EpochRange range) {
    List<EpochChange> faults = new ArrayList<>(log.faults(range));
    archive
        .faults()
        .forEach(
            (epoch, text) -> {
              if (range.contains(epoch)) {
                faults.add(new EpochChange(epoch, EpochChange.Kind.CHANGED, text));
              }
            });
    for (ArchivedEpoch epoch : archive.epochs().values()) {
      if (range.contains(epoch.epoch())) {
        epoch.files().forEach(file -> fault(epoch, file).ifPresent(faults::add));
      }
    }
    return faults;
  }

  private Optional<EpochChange> fault(ArchivedEpoch epoch, ArchivedEpoch.File file) {
    Path path = archive.folder(epoch.epoch()).resolve(file.name());
    String fault;
    try {
      long bytes = Files.size(path);
      fault =
          bytes == file.bytes()
              ? ""
              : "%s has %,d bytes, and its manifest says %,d".formatted(path, bytes, file.bytes());
    } catch (IOException e) {
      fault = Problems.describe(e);
    }
    return fault.isEmpty()
        ? Optional.empty()
        : Optional.of(new EpochChange(epoch.epoch(), EpochChange.Kind.CHANGED, fault));
  }

  @Override
  public LogDistance distance(LogPosition from, LogPosition to) {
    return log.distance(from, to);
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> read(EpochRange closed) {
    PTransform<PBegin, PCollection<RecordBatch>> all = log.read(closed); // fails if one is open
    SortedMap<Long, ArchivedEpoch> archived = archive.epochs();
    archived.keySet().removeIf(epoch -> !closed.contains(epoch));
    if (archived.isEmpty()) {
      return all;
    }
    List<Chunk> files = new ArrayList<>();
    List<EpochRange> others = new ArrayList<>(); // neighbours as one: each is read by itself
    long after = closed.after();
    boolean isOpen = false;
    for (EpochContent content : log.contents(closed)) {
      ArchivedEpoch epoch = archived.remove(content.epoch());
      if (epoch == null) {
        isOpen = true;
        continue;
      }
      requireSame(epoch, content);
      epoch.files().forEach(file -> files.add(chunk(epoch, file)));
      if (isOpen) {
        others.add(new EpochRange(after, content.epoch() - 1));
        isOpen = false;
      }
      after = content.epoch();
    }
    if (isOpen) {
      others.add(new EpochRange(after, closed.through()));
    }
    if (!archived.isEmpty()) {
      throw LogException.of(
          Code.DAMAGED,
          "%s is of an epoch that the log does not know: its index was lost, or is another",
          archive.folder(archived.firstKey()));
    }
    List<PTransform<PBegin, PCollection<RecordBatch>>> parts = new ArrayList<>();
    parts.add(new ReadArchive(files));
    others.forEach(range -> parts.add(log.read(range)));
    return new Parts(parts);
  }

  private Chunk chunk(ArchivedEpoch epoch, ArchivedEpoch.File file) {
    return Chunk.of(archive.folder(epoch.epoch()), epoch.epoch(), file);
  }

  private void requireSame(ArchivedEpoch epoch, EpochContent content) {
    if (!epoch.isOf(content)) {
      throw LogException.of(
          Code.DAMAGED,
          "%s holds other records than the log of this epoch",
          archive.folder(epoch.epoch()));
    }
  }

  /**
   * Follows the log, not the archive, whose order is another.
   *
   * @throws LogException if records that were to be given out are in the archive only
   */
  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> follow(FollowRequest request) {
    LogEnd end = log.end();
    if (end.isTrimmed() && end.trimmedThrough() > request.after()) {
      throw LogException.of(
          Code.ARCHIVED,
          "records of epochs through the one that ends at %s are no longer in the log itself, so it cannot be followed from %s",
          epochs().end(end.trimmedThrough()),
          request.after() == Epochs.NONE
              ? "its beginning"
              : "the one that ends at " + epochs().end(request.after()));
    }
    return log.follow(request);
  }

  /** Reads one thing beside another. */
  private static final class Parts extends PTransform<PBegin, PCollection<RecordBatch>> {
    private static final long serialVersionUID = 1L;

    private final transient List<PTransform<PBegin, PCollection<RecordBatch>>> parts;

    Parts(List<PTransform<PBegin, PCollection<RecordBatch>>> parts) {
      this.parts = parts;
    }

    @Override
    public PCollection<RecordBatch> expand(PBegin input) {
      List<PCollection<RecordBatch>> read = new ArrayList<>();
      for (PTransform<PBegin, PCollection<RecordBatch>> part : parts) {
        read.add(input.apply("Part" + read.size(), part));
      }
      return PCollectionList.of(read).apply("Together", Flatten.pCollections());
    }
  }

  @Override
  public long archive(Consumer<Copied> copied, BooleanSupplier stopped) {
    archive.prepare(id(), epochs());
    LogEnd end = log.end();
    Map<Long, ArchivedEpoch> archived = archive.epochs();
    Set<Long> lost = new HashSet<>(lost(end, archived));
    for (EpochContent content : log.contents(new EpochRange(Epochs.NONE, end.closedThrough()))) {
      if (stopped.getAsBoolean()) {
        break;
      }
      ArchivedEpoch there = archived.get(content.epoch());
      if (there != null) {
        requireSame(there, content);
      } else if (!lost.contains(content.epoch())) {
        try {
          copy(content).ifPresent(copied);
        } catch (LogException e) {
          if (removed(List.of(content)).isEmpty()) {
            throw e;
          }
          lost.add(content.epoch()); // retention was faster
        }
      }
    }
    return lost.size();
  }

  /** Copies an epoch; returns nothing if another process was faster. */
  private Optional<Copied> copy(EpochContent content) {
    Path staged = archive.stage();
    boolean published = false;
    try (EpochWriter writer = new EpochWriter(staged)) {
      log.readInOrder(content.epoch(), writer::add);
      ArchivedEpoch epoch = writer.finish(content);
      published = archive.publish(staged, epoch);
      return published
          ? Optional.of(new Copied(epoch.epoch(), epoch.records(), epoch.bytes()))
          : Optional.empty();
    } catch (IOException | UncheckedIOException e) {
      IOException cause = e instanceof UncheckedIOException u ? u.getCause() : (IOException) e;
      throw new LogException(
          Code.INACCESSIBLE,
          "the archive in %s cannot be written: %s".formatted(archive, Problems.describe(cause)),
          cause);
    } finally {
      if (!published) {
        ArchiveFolder.discard(staged);
      }
    }
  }

  @Override
  public Appended append(List<Input> inputs, Optional<Instant> at) {
    return log.append(inputs, at);
  }

  @Override
  public long closeThrough(Instant time) {
    return log.closeThrough(time);
  }

  @Override
  public void close() {
    log.close();
  }
}
