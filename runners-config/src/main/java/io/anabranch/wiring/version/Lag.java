/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.version;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogDistance.Unit;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.catalog.VersionState;
import io.anabranch.wiring.RunContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How far a version, or a run, is behind the end of the log. Amounts are estimates for people; what
 * must be exact compares {@linkplain LogPosition positions}.
 *
 * @param through the last epoch of which something was read, {@link Epochs#NONE} if nothing was
 * @param read how much of the log lies before the position that it has read to
 * @param left how much there is still, of all that is in the log now
 * @param unit what the log counts
 * @param perSecond how fast it reads, 0 if it has not begun
 * @param at when that was last reported
 */
public record Lag(long through, long read, long left, Unit unit, double perSecond, Instant at) {
  /**
   * Measures.
   *
   * @param progress of the slices of one version, or of one run; not empty
   */
  public static Lag of(EventLog log, List<ReadProgress> progress) {
    ReadProgress now =
        progress.stream()
            .max(Comparator.comparing(ReadProgress::since).thenComparing(ReadProgress::after))
            .orElseThrow();
    LogDistance all = log.size(new EpochRange(now.after(), Long.MAX_VALUE)).amount();
    long left = Math.min(all.amount(), left(log, now, all));
    long before = log.size(new EpochRange(Epochs.NONE, now.after())).amount().amount();
    double rate =
        progress.stream()
            .filter(each -> each.records() > 0)
            .max(Comparator.comparing(ReadProgress::since))
            .map(each -> each.perSecond(all.unit()))
            .orElse(0.0);
    long through = progress.stream().mapToLong(ReadProgress::through).max().orElseThrow();
    return new Lag(through, before + all.amount() - left, left, all.unit(), rate, now.at());
  }

  /** What is read in no order has no position. */
  private static long left(EventLog log, ReadProgress now, LogDistance all) {
    return now.position().equals(LogPosition.START)
        ? Math.max(0, all.amount() - now.amount(all.unit()))
        : log.distance(now.position(), log.end().position()).amount();
  }

  /**
   * Returns how much a version has still to read up to a position, empty if it has read all. Of
   * what a run read that died nobody knows what was stored: it does not count.
   *
   * @param own how far the run that follows the log for it has read
   */
  public static Optional<LogDistance> unread(EventLog log, ReadProgress own, LogPosition goal) {
    LogPosition position = own.ended() && !own.stored() ? LogPosition.START : own.position();
    if (position.covers(goal)) {
      return Optional.empty();
    }
    LogDistance distance = log.distance(position, goal);
    long most = log.size(new EpochRange(own.after(), Long.MAX_VALUE)).amount().amount();
    return Optional.of(
        new LogDistance(
            Math.min(distance.amount(), most),
            distance.unit(),
            distance.exact() && distance.amount() <= most));
  }

  /**
   * Returns how much less of the log a version has read than another one; empty if it has read all,
   * or if nothing is reported of one of them.
   */
  public static Optional<LogDistance> behind(RunContext<?> context, long version, long other) {
    Optional<ReadProgress> own = following(context, version);
    Optional<ReadProgress> goal = following(context, other);
    return own.isEmpty() || goal.isEmpty()
        ? Optional.empty()
        : unread(context.log(), own.get(), goal.get().reached());
  }

  /** Returns how far the run that follows the log for a version has read, if one has begun. */
  static Optional<ReadProgress> following(RunContext<?> context, long version) {
    return context.catalog().version(version).flatMap(VersionState::following);
  }

  /** Returns the share of the log that was read, 0 to 1. */
  public double share() {
    return left == 0 ? 1 : (double) read / (read + left);
  }

  /** Returns how long the rest takes at the rate so far, empty if nothing was read yet. */
  public Optional<Duration> timeLeft() {
    return left == 0
        ? Optional.of(Duration.ZERO)
        : perSecond > 0
            ? Optional.of(Duration.ofMillis((long) (1_000 * left / perSecond)))
            : Optional.empty();
  }
}
