/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Epochs;
import io.anabranch.api.Provenance.Gap;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.catalog.LiveState;
import io.anabranch.catalog.LiveState.LiveSlice;
import io.anabranch.catalog.document.Slice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which epochs of the log no live slice covers. */
final class Coverage {
  /** A run that is alive is heard of every ten seconds, unless its store is locked for a while. */
  private static final Duration SILENCE = Duration.ofSeconds(25);

  private Coverage() {}

  /** Epochs {@code [first, last]}. */
  private record Run(long first, long last) {}

  /** When the rows of an epoch are all there. */
  enum Rows {
    /** Once its records were read. */
    WITH_THEIR_RECORDS,
    /** Once it was seen to be closed, too: then windows are complete. */
    WITH_CLOSED_EPOCHS;

    static Rows of(ViewDefinition<?, ?, ?, ?, ?> view) {
      return view.timeliness().isEmpty() ? WITH_THEIR_RECORDS : WITH_CLOSED_EPOCHS;
    }
  }

  /**
   * Returns the epochs that may hold records and are not covered. A slice that follows the log
   * covers what is known to be complete in it; and the epochs that are still open, if its run is
   * alive, or has ended after it stored all that is in the log. Epochs that have closed since then
   * are covered if rows come with their records.
   *
   * @param now the time at which it was read
   */
  static List<Gap> gaps(LiveState state, Rows rows, LogEnd end, Epochs epochs, Instant now) {
    List<Gap> gaps = new ArrayList<>();
    if (end.isEmpty()) {
      return gaps;
    }
    long next = end.firstEpoch();
    for (Run run : covered(state, rows, end, now)) {
      if (run.first() > next && next <= end.lastEpoch()) {
        gaps.add(gap(next, Math.min(run.first() - 1, end.lastEpoch()), epochs));
      }
      next = run.last() == Long.MAX_VALUE ? run.last() : Math.max(next, run.last() + 1);
    }
    if (next <= end.lastEpoch()) {
      gaps.add(gap(next, end.lastEpoch(), epochs));
    }
    return gaps;
  }

  private static List<Run> covered(LiveState state, Rows rows, LogEnd end, Instant now) {
    List<Run> covered = new ArrayList<>();
    for (LiveSlice read : state.slices()) {
      Slice slice = read.slice();
      long first = slice.after() == Epochs.NONE ? Epochs.NONE : slice.after() + 1;
      long complete = read.completeThrough().orElse(Epochs.NONE);
      if (complete != Epochs.NONE && complete >= first) {
        covered.add(new Run(first, complete));
      }
      boolean hasAll =
          slice.follows()
              && read.position().filter(position -> position.covers(end.position())).isPresent();
      if (hasAll && rows == Rows.WITH_THEIR_RECORDS) {
        covered.add(new Run(first, Long.MAX_VALUE));
      } else if (slice.follows() && (hasAll || isAlive(read, now))) {
        long open = end.closedThrough() == Epochs.NONE ? Epochs.NONE : end.closedThrough() + 1;
        covered.add(new Run(Math.max(first, open), Long.MAX_VALUE));
      }
    }
    covered.sort(Comparator.comparingLong(Run::first));
    return covered;
  }

  private static boolean isAlive(LiveSlice slice, Instant now) {
    return slice.seen().filter(seen -> seen.isAfter(now.minus(SILENCE))).isPresent();
  }

  private static Gap gap(long first, long last, Epochs epochs) {
    return new Gap(first, last, epochs.start(first), epochs.end(last));
  }
}
