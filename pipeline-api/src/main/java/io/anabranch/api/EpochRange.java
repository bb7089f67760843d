/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.io.Serializable;

/**
 * The epochs {@code (after, through]}.
 *
 * @param after the last epoch before the range, {@link Epochs#NONE} for a range from the beginning
 * @param through the last epoch of the range
 */
public record EpochRange(long after, long through) implements Serializable {
  /** All epochs. */
  public static final EpochRange ALL = new EpochRange(Epochs.NONE, Long.MAX_VALUE);

  /** Checks the order. */
  public EpochRange {
    if (after > through) {
      throw new IllegalArgumentException("epochs (" + after + ", " + through + "] are backwards");
    }
  }

  /** Returns whether the range holds an epoch. */
  public boolean contains(long epoch) {
    return epoch > after && epoch <= through;
  }

  @Override
  public String toString() {
    return (after == Epochs.NONE ? "(.." : "(" + after)
        + (through == Long.MAX_VALUE ? ", ..)" : ", " + through + "]");
  }
}
