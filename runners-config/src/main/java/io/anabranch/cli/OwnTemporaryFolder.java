/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;

/**
 * A temporary folder of this process alone. Runners and drivers leave files behind, some of them
 * large; here they go when the process ends, and if it is killed, when the next one starts. A file
 * beside the folder is locked for as long as the process lives.
 */
final class OwnTemporaryFolder implements AutoCloseable {
  private static final String PROPERTY = "java.io.tmpdir";
  private static final String PREFIX = "anabranch-";

  /** A process that closes any handle of a file loses its lock of it, so none opens its own. */
  private static final String OWN =
      PREFIX
          + ProcessHandle.current().pid()
          + "-"
          + ManagementFactory.getRuntimeMXBean().getStartTime()
          + "-";

  private static final String LOCK = ".lock";

  private final Path folder;
  private final Path lockFile;
  private final FileLock lock;

  private OwnTemporaryFolder(Path folder, Path lockFile, FileLock lock) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Makes the folder, and lets all that asks for the system's temporary folder later find it there.
   *
   * @return nothing if it cannot be made: then the process does without
   */
  static Optional<OwnTemporaryFolder> use() {
    Path parent = Path.of(System.getProperty(PROPERTY));
    try {
      OwnTemporaryFolder own = in(parent);
      System.setProperty(PROPERTY, own.folder.toString());
      Runtime.getRuntime().addShutdownHook(new Thread(own::close, "anabranch-temporary-folder"));
      return Optional.of(own);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Makes a folder, and removes those of processes that live no more. */
  static OwnTemporaryFolder in(Path parent) throws IOException {
    removeAbandoned(parent);
    String name = OWN + UUID.randomUUID();
    Path lockFile = parent.resolve(name + LOCK);
    FileLock lock =
        FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE).lock();
    if (!Files.exists(lockFile)) { // another process took it for abandoned, in between
      lock.acquiredBy().close();
      return in(parent);
    }
    return new OwnTemporaryFolder(
        Files.createDirectory(parent.resolve(name)).toAbsolutePath(), lockFile, lock);
  }

  Path path() {
    return folder;
  }

  private static void removeAbandoned(Path parent) {
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, PREFIX + "*" + LOCK)) {
      for (Path lockFile : locks) {
        if (!lockFile.getFileName().toString().startsWith(OWN)) {
          removeIfAbandoned(lockFile);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // it costs nothing but space, and the next process tries again
    }
  }

  private static void removeIfAbandoned(Path lockFile) {
    String name = lockFile.getFileName().toString();
    Path folder = lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        delete(folder);
        Files.deleteIfExists(lockFile);
      }
    } catch (IOException e) {
      // of another user
    }
  }

  /** Removes what it can; others may remove files in it meanwhile. */
  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() {
    try {
      delete(folder);
      Files.deleteIfExists(lockFile);
      lock.acquiredBy().close();
    } catch (IOException e) {
      // something still writes there: the next process removes it
    }
  }
}
