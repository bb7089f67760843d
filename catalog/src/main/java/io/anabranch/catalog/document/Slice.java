/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A range of epochs of a row set, as part of a version. Several slices may name one row set.
 *
 * @param range the row set and the epochs
 * @param state whether readers may see it
 * @param run the run that may write to it, empty if nobody may
 * @param premise what publishing it requires
 * @param stats what it holds, once it changes no more
 */
public record Slice(
    SliceRange range,
    State state,
    OptionalLong run,
    Optional<Premise> premise,
    Optional<SliceStats> stats) {

  /** Whether readers may see a slice. */
  public enum State {
    /** A run fills it, and no reader sees it. */
    FILLING,
    /** Readers see it if its version is live. */
    SHOWN
  }

  /** Makes a slice that a run fills and no reader sees yet. */
  public static Slice filling(SliceRange range, long run, Optional<Premise> premise) {
    return new Slice(range, State.FILLING, OptionalLong.of(run), premise, Optional.empty());
  }

  /** Makes a slice that readers see, owned by a run if it follows the log. */
  public static Slice shown(SliceRange range, OptionalLong run) {
    return new Slice(range, State.SHOWN, run, Optional.empty(), Optional.empty());
  }

  /** Returns the number of the row set. */
  public long rows() {
    return range.rows();
  }

  /** Returns the epochs. */
  public EpochRange epochs() {
    return range.epochs();
  }

  /** Returns the last epoch before the slice. */
  public long after() {
    return epochs().after();
  }

  /** Returns the last epoch of the slice, {@link Long#MAX_VALUE} if it follows the log. */
  public long through() {
    return epochs().through();
  }

  /** Returns whether it follows the log, and so has no end. */
  public boolean follows() {
    return through() == Long.MAX_VALUE;
  }

  /** Returns whether readers see it if its version is live. */
  public boolean isShown() {
    return state == State.SHOWN;
  }

  /** Returns the slice as readers see it, with the buckets of its rows. */
  public Slice published(SliceStats held) {
    return new Slice(range, State.SHOWN, OptionalLong.empty(), Optional.empty(), Optional.of(held));
  }

  /** Returns the slice with another owner, or without one. */
  public Slice ownedBy(OptionalLong owner) {
    return new Slice(range, state, owner, premise, stats);
  }

  /** Returns the part of the slice within some epochs. */
  public Slice within(EpochRange epochs) {
    return new Slice(new SliceRange(rows(), epochs), state, run, premise, stats);
  }
}
