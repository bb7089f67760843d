/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.Epochs;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How to follow a log: from where, through where, and how far behind the watermark stays.
 * Immutable.
 */
public final class FollowRequest implements Serializable {
  private static final long serialVersionUID = 1L;

  private final long after;
  private final @Nullable Duration heldBack;
  private final @Nullable LogPosition until;
  private final StopSignal stop;

  private FollowRequest(
      long after, @Nullable Duration heldBack, @Nullable LogPosition until, StopSignal stop) {
    this.after = after;
    this.heldBack = heldBack;
    this.until = until;
    this.stop = stop;
  }

  /** Follows the log from its beginning. */
  public static FollowRequest fromTheBeginning() {
    return after(Epochs.NONE);
  }

  /**
   * Follows the log, without an end.
   *
   * @param epoch the last epoch to pass over, {@link Epochs#NONE} for none
   */
  public static FollowRequest after(long epoch) {
    return new FollowRequest(epoch, null, null, StopSignal.create());
  }

  /** Holds the watermark back; see {@link EpochWatermark}. */
  public FollowRequest heldBack(Duration lateness) {
    return new FollowRequest(after, lateness, until, stop);
  }

  /**
   * Ends the output, so that the watermark moves to the end of time, once all that lies before a
   * position was given out. What lies behind it is not.
   *
   * @param position an {@linkplain LogEnd#position end} that the log had
   */
  public FollowRequest until(LogPosition position) {
    return new FollowRequest(after, heldBack, position, stop);
  }

  /** Ends the output in the same way once a signal is raised, after what was given out so far. */
  public FollowRequest stoppedBy(StopSignal signal) {
    return new FollowRequest(after, heldBack, until, signal);
  }

  /** Returns the last epoch to pass over, {@link Epochs#NONE} for none. */
  public long after() {
    return after;
  }

  /** Returns how long before an epoch that may get records the watermark stays, if it does. */
  public Optional<Duration> heldBack() {
    return Optional.ofNullable(heldBack);
  }

  /** Returns the position to end at, if there is one. */
  public Optional<LogPosition> until() {
    return Optional.ofNullable(until);
  }

  /** Returns the signal that ends it. */
  public StopSignal stop() {
    return stop;
  }
}
