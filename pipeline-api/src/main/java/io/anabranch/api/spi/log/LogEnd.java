/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.Epochs;
import java.io.Serializable;
import java.util.OptionalLong;

/**
 * The end of a log at some moment.
 *
 * @param position the position after the last record that a reader may see
 * @param closedThrough the last closed epoch, {@link Epochs#NONE} if none is
 * @param firstEpoch the first epoch that holds a record, {@link Long#MAX_VALUE} if none does
 * @param lastEpoch the last epoch that holds a record, {@link Epochs#NONE} if none does
 * @param trimmedThrough the last epoch that lacks a record because the beginning of the log was
 *     removed, by retention or by hand; {@link Epochs#NONE} if none does
 */
public record LogEnd(
    LogPosition position, long closedThrough, long firstEpoch, long lastEpoch, long trimmedThrough)
    implements Serializable {

  /** The end of a log without a record, of which no epoch is closed. */
  public static final LogEnd OF_NOTHING =
      new LogEnd(LogPosition.START, Epochs.NONE, Long.MAX_VALUE, Epochs.NONE, Epochs.NONE);

  /** Returns whether the log holds no record. */
  public boolean isEmpty() {
    return firstEpoch == Long.MAX_VALUE;
  }

  /** Returns whether records of the beginning were removed. */
  public boolean isTrimmed() {
    return trimmedThrough != Epochs.NONE;
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
