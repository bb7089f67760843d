/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.log.ReadProgress;

/** What a run read of the log for a row set. */
public sealed interface ReadReport {
  /** Returns the right to write to the row set. */
  Fence fence();

  /**
   * The run begins to read. Amounts that were reported before are forgotten; what was read stays as
   * {@link ReadProgress#earlier}.
   *
   * @param fence the right to write to the row set
   * @param after the last epoch that is not read
   * @param bounded whether it reads a backfill, which has no pauses, and does not follow the log
   */
  record Begun(Fence fence, long after, boolean bounded) implements ReadReport {}

  /**
   * The run read more. A bundle that is run again reports again.
   *
   * @param fence the right to write to the row set
   * @param more what it read
   */
  record Read(Fence fence, ReadProgress.Increment more) implements ReadReport {}

  /**
   * The run came to its end: all that it read for the row set is stored.
   *
   * @param fence the right to write to the row set
   */
  record Stored(Fence fence) implements ReadReport {}
}
