/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that appear whole or not at all, and survive a crash of the machine once they did. */
public final class DurableFiles {
  private DurableFiles() {}

  /** Writes a small file: aside first, then in one step to its place. */
  public static void replace(Path staging, Path target, byte[] content) throws IOException {
    Path aside = staging.resolve(target.getFileName() + "-" + UUID.randomUUID());
    try {
      try (FileChannel channel =
          FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      publish(aside, target);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  /** Moves a file that is already on the disk to its place, in one step. */
  public static void publish(Path staged, Path target) throws IOException {
    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    syncFolder(target.getParent());
  }

  /** Makes the names in a folder durable. */
  public static void syncFolder(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      return; // systems that cannot open a folder keep its names by other means
    }
    try (channel) {
      channel.force(true);
    }
  }
}
