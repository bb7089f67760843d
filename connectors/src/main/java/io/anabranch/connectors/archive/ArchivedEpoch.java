/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.archive;

import io.anabranch.api.spi.log.EpochContent;
import java.util.List;

/**
 * The manifest of an epoch.
 *
 * @param epoch the epoch
 * @param position the {@linkplain EpochContent#position position} of its last record
 * @param checksum the {@linkplain EpochContent#checksum checksum} that the log gave it
 * @param files its files
 */
record ArchivedEpoch(long epoch, String position, String checksum, List<File> files) {

  /**
   * A file of records.
   *
   * @param name its name
   * @param origin the {@linkplain io.anabranch.api.spi.log.RecordBatch#origin origin} of its
   *     records
   * @param records how many it holds
   * @param bytes its length
   * @param crc32c the CRC-32C of all of it, in hexadecimal digits
   */
  record File(String name, String origin, long records, long bytes, String crc32c) {}

  ArchivedEpoch {
    files = List.copyOf(files);
  }

  /** Returns how many records it has. */
  long records() {
    return files.stream().mapToLong(File::records).sum();
  }

  /** Returns how many bytes its files have. */
  long bytes() {
    return files.stream().mapToLong(File::bytes).sum();
  }

  /** Returns whether it holds what the log held of the epoch. */
  boolean isOf(EpochContent content) {
    return position.equals(content.position()) && checksum.equals(content.checksum());
  }
}
