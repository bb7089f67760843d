/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.runners;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Network buffers of a Flink that runs in this process. Each exchange holds some for each pair of a
 * sender and a receiver, so the need grows with the square of the parallelism. Flink's own 2,048
 * buffers of 32 KiB last up to a parallelism of about 40; more of them, and smaller ones, follow.
 */
final class LocalFlinkBuffers {
  /** Up to here, Flink's own memory lasts for several views with an exchange or two each. */
  static final int ENOUGH_WITHOUT = 16;

  /** For some exchanges at once: each needs two or three for a pair. */
  private static final int BUFFERS_A_PAIR = 12;

  private static final int BUFFER_BYTES = 8 << 10;

  private LocalFlinkBuffers() {}

  /**
   * Writes a folder of Flink configuration, to be given as {@code flinkConfDir}, that goes when the
   * process ends.
   */
  static Path configuration(int parallelism) {
    long bytes = (long) parallelism * parallelism * BUFFERS_A_PAIR * BUFFER_BYTES;
    try {
      Path folder = Files.createTempDirectory("anabranch-flink");
      Path file = folder.resolve("flink-conf.yaml");
      folder.toFile().deleteOnExit(); // of several, the last one is deleted first
      file.toFile().deleteOnExit();
      return Files.writeString(
              file,
              """
              taskmanager.memory.segment-size: %d
              taskmanager.memory.network.min: %d
              taskmanager.memory.network.max: %d
              """
                  .formatted(BUFFER_BYTES, bytes, bytes))
          .getParent();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the configuration of Flink", e);
    }
  }
}
