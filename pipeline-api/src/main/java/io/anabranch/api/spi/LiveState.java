/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.EpochRange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What live rows are the answer of, read in the same moment as the rows.
 *
 * @param pointer the view's live pointer
 * @param slices the slices of its versions that readers see
 * @param log the log as a run saw it last, empty if none has told
 * @param deadLetters records that could not be decoded, in the epochs that may hold events of the
 *     buckets asked for
 * @param untimely events of the time asked for that did not come in time for the view and are not
 *     counted in
 */
public record LiveState(
    LivePointer pointer,
    List<LiveSlice> slices,
    Optional<LogEnd> log,
    long deadLetters,
    long untimely) {

  /** Copies the slices. */
  public LiveState {
    slices = List.copyOf(slices);
  }

  /**
   * A slice that readers see.
   *
   * @param speed whether it is of the speed layer
   * @param epochs its epochs; the end is {@link Long#MAX_VALUE} for a slice that follows the log
   * @param completeThrough the last epoch known to be complete in it, {@link
   *     io.anabranch.api.Epochs#NONE} if none is
   * @param updated when a row of it was last written, empty if none was
   * @param seen when the run that fills it was last heard of, empty if it has ended
   * @param position the {@linkplain LogEnd#position place in the log} through which a run that
   *     ended has stored everything, empty if none has
   */
  public record LiveSlice(
      boolean speed,
      EpochRange epochs,
      long completeThrough,
      Optional<Instant> updated,
      Optional<Instant> seen,
      Optional<String> position) {

    /** Returns whether it follows the log, and so has no end. */
    public boolean follows() {
      return epochs.through() == Long.MAX_VALUE;
    }
  }
}
