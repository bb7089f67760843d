/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file in {@code staging}, locked while an append writes it. The system releases the lock when
 * the process dies, so a file that somebody else can lock is abandoned, and may be removed.
 *
 * <p>Its name begins with its process: if a process closes any handle of a file, it loses its lock
 * of it, so none may look into its own.
 */
record StagedFile(Path path, FileChannel channel) implements Closeable {
  private static final String PREFIX = "lines-";
  private static final String OWN =
      PREFIX
          + ProcessHandle.current().pid()
          + "-"
          + ManagementFactory.getRuntimeMXBean().getStartTime()
          + "-";

  /** Creates an empty file. */
  static StagedFile create(Path staging) throws IOException {
    while (true) {
      Path path = staging.resolve(OWN + UUID.randomUUID());
      StagedFile file =
          new StagedFile(
              path,
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
      if (file.lock()) {
        return file;
      }
    }
  }

  /** Locks the file, unless somebody was quicker, took it for abandoned and removes it. */
  private boolean lock() throws IOException {
    boolean locked = false;
    try {
      locked = channel.tryLock() != null && Files.exists(path);
      return locked;
    } finally {
      if (!locked) {
        close();
      }
    }
  }

  /** Returns whether a file is one of these, by its name. */
  static boolean isNamedSo(Path file) {
    return file.getFileName().toString().startsWith(PREFIX);
  }

  /** Removes the files of processes that died. */
  static void removeAbandoned(Path staging) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(staging, PREFIX + "*")) {
      for (Path file : files) {
        if (!file.getFileName().toString().startsWith(OWN)) {
          removeIfAbandoned(file);
        }
      }
    }
  }

  private static void removeIfAbandoned(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // gone meanwhile, or not ours to remove: it costs nothing but space
    }
  }

  /** Removes the file, if it was not moved to its place. */
  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(path);
    }
  }
}
