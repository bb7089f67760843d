/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What lies in a folder, as values made from the names. A name is parsed once. The folder is read
 * again only if it may have changed, so that those who look at it many times a second pay for one
 * question about the folder.
 *
 * <p>A folder has changed if its time of modification has. File systems count that time in steps,
 * so what changes within the same step is not seen by it: what was read so soon after a change is
 * not trusted. And nothing is trusted for more than {@link #LONGEST}, as the clock of a file system
 * on another machine may be wrong.
 *
 * @param <T> what a name says; immutable
 */
final class CachedFolder<T> {
  /** No file system in use counts time in longer steps. */
  private static final Duration STEP = Duration.ofSeconds(3);

  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final Path folder;
  private final Function<Path, Optional<T>> parse;
  private final LongSupplier nanoTime;
  private Map<String, Optional<T>> byName = Map.of();
  private List<T> values = List.of();
  private Optional<FileTime> trusted = Optional.empty();
  private long readNanos;

  CachedFolder(Path folder, Function<Path, Optional<T>> parse) {
    this(folder, parse, System::nanoTime);
  }

  /** For tests: measures how old a listing is by this clock, in nanoseconds. */
  CachedFolder(Path folder, Function<Path, Optional<T>> parse, LongSupplier nanoTime) {
    this.folder = folder;
    this.parse = parse;
    this.nanoTime = nanoTime;
  }

  /** Returns what lies in the folder, in no order. */
  synchronized Collection<T> look() throws IOException {
    long age = nanoTime.getAsLong() - readNanos;
    return trusted.isPresent() && age < LONGEST.toNanos() && trusted.equals(modified())
        ? values
        : read();
  }

  /** Reads the folder, whatever is known of it. */
  synchronized Collection<T> read() throws IOException {
    trusted = Optional.empty(); // should this fail
    readNanos = nanoTime.getAsLong();
    Instant trustedBefore = Instant.now().minus(STEP);
    Optional<FileTime> before = modified(); // so that what changes meanwhile is seen later
    Map<String, Optional<T>> found = new HashMap<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        Optional<T> known = byName.get(name);
        found.put(name, known == null ? parse.apply(child) : known);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    byName = found;
    values = found.values().stream().flatMap(Optional::stream).toList();
    trusted = before.filter(time -> time.toInstant().isBefore(trustedBefore));
    return values;
  }

  private Optional<FileTime> modified() throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(folder));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // reading it says so
    }
  }
}
