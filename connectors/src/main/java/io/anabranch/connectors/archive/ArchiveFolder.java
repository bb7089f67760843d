/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.connectors.files.folder.DurableFiles;
import io.anabranch.connectors.input.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder of an archive. What it holds of an epoch never changes. Thread-safe. */
final class ArchiveFolder {
  private static final int FORMAT = 1;
  private static final Pattern EPOCH = Pattern.compile("epoch-(-?\\d+)");
  private static final String STAGING = ".staging-";
  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final String IDENTITY = "archive.json";
  private static final String MANIFEST = "manifest.json";
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Path path;
  private final Map<Long, ArchivedEpoch> known = new ConcurrentHashMap<>();

  /** Of which log the archive is. */
  private record Identity(int format, String log, long epochMillis) {}

  ArchiveFolder(Path path) {
    this.path = path;
  }

  /**
   * Checks that the archive, if there is one, is of a log.
   *
   * @throws LogException if it is of another, or cannot be read
   */
  void check(String log, Epochs epochs) {
    Optional<Identity> found = read(path.resolve(IDENTITY), Identity.class);
    if (found.isEmpty()) {
      return;
    }
    Identity identity = found.get();
    if (identity.format() > FORMAT) {
      throw LogException.of(
          Code.NEWER_FORMAT,
          "the archive in %s has format %d, and this release knows format %d",
          path,
          identity.format(),
          FORMAT);
    }
    if (!identity.log().equals(log) || identity.epochMillis() != epochs.length().toMillis()) {
      throw LogException.of(
          Code.MISCONFIGURED,
          "the archive in %s is of the log %s with epochs of %s, and this is the log %s with epochs of %s: name another folder in log.archive",
          path,
          identity.log(),
          Duration.ofMillis(identity.epochMillis()),
          log,
          epochs.length());
    }
  }

  /** Makes the archive of a log if there is none, and removes what killed processes left. */
  void prepare(String log, Epochs epochs) {
    try {
      Files.createDirectories(path);
      Path identity = path.resolve(IDENTITY);
      if (!Files.exists(identity)) {
        requireEmpty(identity);
        byte[] json = JSON.writeValueAsBytes(new Identity(FORMAT, log, epochs.length().toMillis()));
        Path staged = stage();
        try {
          DurableFiles.replace(staged, identity, json); // of two processes either may be last
        } finally {
          discard(staged);
        }
      }
      removeAbandoned();
    } catch (IOException e) {
      throw failed("made", e);
    } catch (UncheckedIOException e) {
      throw failed("made", e.getCause());
    }
    check(log, epochs); // another process may have been faster
  }

  private void requireEmpty(Path identity) throws IOException {
    boolean others;
    try (Stream<Path> all = Files.list(path)) {
      others = all.anyMatch(each -> !each.getFileName().toString().startsWith("."));
    }
    if (others && !Files.exists(identity)) { // another process may have made it meanwhile
      throw LogException.of(
          Code.NOT_A_LOG,
          "%s holds files, and no %s: name a new or an empty folder in log.archive",
          path,
          IDENTITY);
    }
  }

  /** Returns the epochs that are archived, by their numbers; those of damaged manifests are not. */
  SortedMap<Long, ArchivedEpoch> epochs() {
    SortedMap<Long, ArchivedEpoch> epochs = new TreeMap<>();
    for (long epoch : numbers()) {
      try {
        epochs.put(epoch, known.computeIfAbsent(epoch, this::manifest));
      } catch (LogException e) {
        // see faults
      }
    }
    return epochs;
  }

  /** Returns what is wrong with manifests, by the numbers of their epochs. */
  SortedMap<Long, String> faults() {
    SortedMap<Long, String> faults = new TreeMap<>();
    for (long epoch : numbers()) {
      try {
        manifest(epoch);
      } catch (LogException e) {
        faults.put(epoch, e.getMessage());
      }
    }
    return faults;
  }

  private List<Long> numbers() {
    try (Stream<Path> folders = Files.list(path)) {
      return folders
          .map(folder -> EPOCH.matcher(folder.getFileName().toString()))
          .filter(Matcher::matches)
          .map(name -> Long.valueOf(name.group(1)))
          .toList();
    } catch (NoSuchFileException e) {
      return List.of(); // nothing was archived yet
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  private ArchivedEpoch manifest(long epoch) {
    Path manifest = folder(epoch).resolve(MANIFEST);
    ArchivedEpoch read =
        read(manifest, ArchivedEpoch.class)
            .orElseThrow(
                () -> LogException.of(Code.DAMAGED, "the archive lacks its file %s", manifest));
    if (read.epoch() != epoch) {
      throw LogException.of(
          Code.DAMAGED, "%s is of epoch %d: the folder was renamed", manifest, read.epoch());
    }
    return read;
  }

  /** Returns the folder of an epoch. */
  Path folder(long epoch) {
    return path.resolve("epoch-" + epoch);
  }

  /** Makes a folder in which an epoch is put together. */
  Path stage() {
    try {
      return Files.createDirectory(path.resolve(STAGING + UUID.randomUUID()));
    } catch (IOException e) {
      throw failed("written", e);
    }
  }

  /**
   * Shows an epoch that was put together, in one step.
   *
   * @return false if another process did so before; what is staged is no longer needed then
   * @throws LogException if that one holds other records
   */
  boolean publish(Path staged, ArchivedEpoch epoch) {
    Path target = folder(epoch.epoch());
    try {
      DurableFiles.replace(staged, staged.resolve(MANIFEST), JSON.writeValueAsBytes(epoch));
      DurableFiles.syncFolder(staged);
      Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.syncFolder(path);
      return true;
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      return isSame(epoch);
    } catch (FileSystemException e) {
      if (Files.exists(target)) {
        return isSame(epoch);
      }
      throw failed("written", e);
    } catch (IOException e) {
      throw failed("written", e);
    }
  }

  /** Returns false if the epoch that is there holds the same. */
  private boolean isSame(ArchivedEpoch epoch) {
    ArchivedEpoch other = manifest(epoch.epoch());
    if (!other.position().equals(epoch.position()) || !other.checksum().equals(epoch.checksum())) {
      throw LogException.of(
          Code.DAMAGED, "%s holds other records than the log of this epoch", folder(epoch.epoch()));
    }
    return false;
  }

  /** Removes a folder in which an epoch was put together. */
  static void discard(Path staged) {
    try (Stream<Path> files = Files.walk(staged)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // another process is at it, or somebody removes it later
    }
  }

  private void removeAbandoned() throws IOException {
    Instant before = Instant.now().minus(ABANDONED);
    List<Path> staged;
    try (Stream<Path> all = Files.list(path)) {
      staged = all.filter(each -> each.getFileName().toString().startsWith(STAGING)).toList();
    }
    for (Path each : staged) {
      if (lastChange(each).isBefore(before)) {
        discard(each);
      }
    }
  }

  private static Instant lastChange(Path folder) throws IOException {
    Instant last = Instant.MIN;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Instant changed = Files.getLastModifiedTime(file).toInstant();
        last = changed.isAfter(last) ? changed : last;
      }
    } catch (NoSuchFileException | UncheckedIOException e) {
      return Instant.now(); // another process is at it
    }
    return last;
  }

  private static <T> Optional<T> read(Path file, Class<T> type) {
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), type));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw new LogException(
          Code.DAMAGED, "%s is damaged: %s".formatted(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new LogException(
          Code.INACCESSIBLE, "cannot read %s: %s".formatted(file, Problems.describe(e)), e);
    }
  }

  private LogException failed(String what, IOException e) {
    return new LogException(
        Code.INACCESSIBLE,
        "the archive in %s cannot be %s: %s".formatted(path, what, Problems.describe(e)),
        e);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
