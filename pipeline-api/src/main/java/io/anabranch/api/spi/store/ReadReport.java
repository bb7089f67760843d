/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

/** What a run read of the log for a row set. */
public sealed interface ReadReport {
  /** Returns the right to write to the row set. */
  Fence fence();

  /**
   * The run begins to read; what was reported before is forgotten.
   *
   * @param fence the right to write to the row set
   * @param after the last epoch that is not read
   * @param bounded whether it reads a backfill, which has no pauses, and does not follow the log
   */
  record Begun(Fence fence, long after, boolean bounded) implements ReadReport {}

  /**
   * The run read more. A bundle that is run again reports again, so the sum is an estimate.
   *
   * @param fence the right to write to the row set
   * @param through the last epoch of what was read
   * @param bytes how many bytes
   * @param records how many records
   */
  record Read(Fence fence, long through, long bytes, long records) implements ReadReport {}
}
