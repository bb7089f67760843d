/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import java.io.Serializable;
import java.util.OptionalLong;

/**
 * The end of a log at some moment.
 *
 * @param position a place that only the log itself can read
 * @param closedThrough the last closed epoch, {@link io.anabranch.api.Epochs#NONE} if none is
 * @param firstEpoch the first epoch that holds a record, {@link Long#MAX_VALUE} if none does
 * @param lastEpoch the last epoch that holds a record, {@link io.anabranch.api.Epochs#NONE} if none
 *     does
 */
public record LogEnd(String position, long closedThrough, long firstEpoch, long lastEpoch)
    implements Serializable {

  /** Returns whether the log holds no record. */
  public boolean isEmpty() {
    return firstEpoch == Long.MAX_VALUE;
  }

  /**
   * Returns the last closed epoch that may hold records, empty if no epoch with records is closed.
   */
  public OptionalLong lastClosedWithRecords() {
    return isEmpty() || closedThrough < firstEpoch
        ? OptionalLong.empty()
        : OptionalLong.of(closedThrough);
  }
}
