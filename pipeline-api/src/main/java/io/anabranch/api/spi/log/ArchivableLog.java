/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A log that copies closed epochs to an archive, and reads them there. So they outlive what holds
 * the newest records, such as a topic whose retention removes old ones.
 */
public interface ArchivableLog extends EventLog {

  /**
   * Copies the closed epochs that the archive lacks, the oldest first, each in one step: a process
   * that dies leaves whole epochs. Several processes may do it at once.
   *
   * @param copied takes each epoch that was copied
   * @param stopped is asked before each epoch whether to end
   * @return how many closed epochs were removed before they could be copied
   * @throws LogException if the log cannot be read or the archive not written
   */
  long archive(Consumer<Copied> copied, BooleanSupplier stopped);

  /**
   * An epoch that was copied.
   *
   * @param epoch the epoch
   * @param records how many records it has
   * @param bytes how many bytes they have in the archive
   */
  record Copied(long epoch, long records, long bytes) {}
}
