/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.io.Serializable;
import java.time.Duration;

/**
 * How late events of a {@link WindowedView} may be, and what follows from it: which layer owns a
 * window, and which epochs have the events of it. All of it is a pure function of event time and of
 * an event's epoch, so every layer, version and restart comes to the same result.
 *
 * <p>The rows of a window belong to the epoch with whose end it is <em>complete</em>: the first one
 * that ends {@code lateness} after the window or later. So batch through epoch n owns the windows
 * that end by {@code end(n) - lateness}, and speed the others. An event that comes later is put
 * aside, and so is one that is ahead by more than {@code clockSkew}; a batch run over the whole log
 * counts those in that can only belong to windows that it owns.
 *
 * @param lateness how long after an event the epoch that it is appended in may begin
 * @param lookback how far before the end of a window the events lie that its rows depend on: the
 *     length of the longest window, or the sum of lengths where windows follow each other
 * @param clockSkew an event is ahead if the epoch that it is appended in ends this long before it,
 *     or longer
 */
public record Timeliness(Duration lateness, Duration lookback, Duration clockSkew)
    implements Serializable {
  /** The clock skew unless an author says otherwise. */
  public static final Duration DEFAULT_CLOCK_SKEW = Duration.ofMinutes(1);

  private static final Duration LONGEST = Duration.ofDays(10_000);

  /**
   * Checks the durations.
   *
   * @throws IllegalArgumentException if one is negative, has parts of milliseconds or is above
   *     10,000 days, or if the lookback is zero
   */
  public Timeliness {
    check("lateness", lateness, Duration.ZERO);
    check("lookback", lookback, Duration.ofMillis(1));
    check("clock skew", clockSkew, Duration.ZERO);
  }

  private static void check(String name, Duration length, Duration least) {
    if (length.compareTo(least) < 0 || length.compareTo(LONGEST) > 0 || !Epochs.inMillis(length)) {
      throw new IllegalArgumentException(
          "%s is %s: it must be from %s to %s, in whole milliseconds"
              .formatted(name, length, least, LONGEST));
    }
  }

  /**
   * Returns the line in event time that an epoch draws, in milliseconds: windows that end by it are
   * complete with the epoch.
   */
  public long line(Epochs epochs, long epoch) {
    return epochs.end(epoch).toEpochMilli() - lateness.toMillis();
  }

  /** Returns the epoch with whose end a window is complete. */
  public long completeWith(Epochs epochs, long windowEndMillis) {
    long length = epochs.length().toMillis();
    return -Math.floorDiv(-(windowEndMillis + lateness.toMillis()), length) - 1;
  }

  /**
   * Returns the last epoch that need not be read to compute the windows that are complete only
   * after an epoch, {@link Epochs#NONE} if all must be.
   */
  public long readAfter(Epochs epochs, long epoch) {
    if (epoch == Epochs.NONE) {
      return Epochs.NONE;
    }
    long first = line(epochs, epoch) - lookback.toMillis() - clockSkew.toMillis();
    return Math.floorDiv(first, epochs.length().toMillis()) - 1;
  }

  /** Returns the first event time, in milliseconds, that is not too late in an epoch. */
  public long firstOnTime(Epochs epochs, long epoch) {
    return epochs.start(epoch).toEpochMilli() - lateness.toMillis();
  }

  /** Returns the first event time, in milliseconds, that is too far ahead in an epoch. */
  public long firstAhead(Epochs epochs, long epoch) {
    return epochs.end(epoch).toEpochMilli() + clockSkew.toMillis();
  }

  /** Returns whether an event of an epoch comes in time, neither late nor ahead. */
  public boolean isOnTime(Epochs epochs, long epoch, long eventMillis) {
    return eventMillis >= firstOnTime(epochs, epoch) && eventMillis < firstAhead(epochs, epoch);
  }

  /**
   * Returns the event time through which a version that was computed in one run through an epoch
   * counts in what did not come in time, in milliseconds: all windows of such events are its own.
   */
  public long countedInThrough(Epochs epochs, long epoch) {
    return epoch == Epochs.NONE ? Long.MIN_VALUE : line(epochs, epoch) - lookback.toMillis();
  }
}
