/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The lock that commits to a log are made under: one holder at a time among all processes of a
 * machine, and among all threads of this one, whatever their class loaders. The system lets go of
 * it when a process dies.
 */
public final class LogLock {
  private LogLock() {}

  /**
   * What is done under the lock.
   *
   * @param <T> its result
   */
  public interface Action<T> {
    T run() throws IOException;
  }

  /** Waits for the lock, and does something under it; not to be nested. */
  public static <T> T hold(Path file, Action<T> action) throws IOException {
    synchronized (monitor(file)) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        FileLock lock = channel.lock();
        try {
          return action.run();
        } finally {
          lock.release();
        }
      }
    }
  }

  /**
   * A file lock belongs to the whole process, and is lost when any thread closes the file: so the
   * threads need a monitor of their own. Interned strings are shared by all class loaders, of which
   * a Flink task manager has one per job.
   */
  private static String monitor(Path file) throws IOException {
    return (LogLock.class.getName() + " " + file.toAbsolutePath().getParent().toRealPath())
        .intern();
  }
}
