/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What live rows are the answer of, read in the same moment as the rows.
 *
 * @param view the view; of progress it knows that of the live slices that follow the log, and no
 *     readings
 * @param slices the slices that were read
 * @param log the log as a run saw it last, empty if none did
 * @param undecodable records that could not be decoded, in the epochs that may hold events of the
 *     buckets asked for
 * @param late events of the time asked for that did not come in time for the view and are not
 *     counted
 */
public record LiveState(
    ViewState view, List<LiveSlice> slices, Optional<LogEnd> log, long undecodable, long late) {

  /** Copies the slices. */
  public LiveState {
    slices = List.copyOf(slices);
  }

  /**
   * A slice that was read.
   *
   * @param slice the slice
   * @param completeThrough the last epoch known to be complete in it, empty if none is
   * @param updated when a row of it was last written, empty if none was
   * @param seen when the run that fills it was last alive, empty if it has ended or there is none
   * @param position the {@linkplain LogEnd#position place in the log} through which a run that
   *     ended has stored everything, empty if none has
   */
  public record LiveSlice(
      Slice slice,
      OptionalLong completeThrough,
      Optional<Instant> updated,
      Optional<Instant> seen,
      Optional<LogPosition> position) {}

  static LiveState of(ViewCatalog catalog, LiveHead head) {
    Map<Long, LiveHead.Activity> following = new HashMap<>();
    Map<Long, Long> progress = new HashMap<>();
    for (LiveHead.Activity activity : head.following()) {
      following.put(activity.rows(), activity);
      activity.completeThrough().ifPresent(through -> progress.put(activity.rows(), through));
    }
    List<LiveSlice> slices = new ArrayList<>();
    for (Version version : catalog.live()) {
      version
          .shown()
          .forEach(
              slice ->
                  slices.add(
                      slice.follows()
                          ? following(slice, following.get(slice.rows()))
                          : closed(slice)));
    }
    return new LiveState(
        new ViewState(catalog, head.revision(), progress, Map.of()),
        slices,
        head.log(),
        head.undecodable(),
        head.late());
  }

  private static LiveSlice following(Slice slice, LiveHead.Activity activity) {
    return new LiveSlice(
        slice,
        activity.completeThrough(),
        activity.updated(),
        activity.seen(),
        activity.position());
  }

  private static LiveSlice closed(Slice slice) {
    return new LiveSlice(
        slice,
        OptionalLong.of(slice.through()),
        slice.stats().flatMap(SliceStats::updated),
        Optional.empty(),
        Optional.empty());
  }
}
