/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.EpochRange;
import java.io.Serializable;

/**
 * A slice that a run fills.
 *
 * @param version its version
 * @param fence the right to write to it
 * @param epochs the epochs that the run still has to compute
 * @param generation the number under which dead letters of these epochs are stored
 */
public record OpenSlice(long version, Fence fence, EpochRange epochs, long generation)
    implements Serializable {

  /** Returns the name of the view. */
  public String view() {
    return fence.view();
  }

  /** Returns the number of the row set. */
  public long rows() {
    return fence.rows();
  }

  /** Returns the number of the run. */
  public long run() {
    return fence.run();
  }

  /** Returns the last epoch before those that the run still has to compute. */
  public long after() {
    return epochs.after();
  }
}
