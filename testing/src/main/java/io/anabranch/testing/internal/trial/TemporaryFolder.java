/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A folder that is there until it is closed.
 *
 * @param path where it is
 */
public record TemporaryFolder(Path path) implements AutoCloseable {
  private static final int TRIES = 10;
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Makes an empty one. */
  public static TemporaryFolder make() {
    try {
      return new TemporaryFolder(Files.createTempDirectory("anabranch"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Removes it. Threads of a runner may close what they have open in it a little later than their
   * run ends, and files come and go as they do, so it is tried a few times.
   */
  @Override
  public void close() {
    for (int left = TRIES; ; left--) {
      try {
        Files.walkFileTree(path, new Removal());
        return;
      } catch (IOException e) {
        if (left == 1) {
          throw new UncheckedIOException(e);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException problem) throws IOException {
      if (problem instanceof NoSuchFileException) { // somebody else was faster
        return FileVisitResult.CONTINUE;
      }
      throw problem;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException problem) throws IOException {
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
