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
   * Returns the position through which all is read, and stored or about to be. Of what a run read
   * that died nobody knows what was stored.
   */
  public static LogPosition position(List<ReadProgress> progress) {
    return progress.stream()
        .filter(each -> each.stored() || !each.ended())
        .map(ReadProgress::position)
        .reduce(LogPosition.START, LogPosition::merge);
  }

  /** Returns the position through which rows may be stored. */
  public static LogPosition reached(List<ReadProgress> progress) {
    return progress.stream()
        .map(ReadProgress::reached)
        .reduce(LogPosition.START, LogPosition::merge);
  }

  /**
   * Returns how much a version has still to read up to a position, empty if it has read all.
   *
   * @param own how far it has read
   */
  public static Optional<LogDistance> unread(
      EventLog log, List<ReadProgress> own, LogPosition reached) {
    LogPosition position = position(own);
    if (position.covers(reached)) {
      return Optional.empty();
    }
    LogDistance distance = log.distance(position, reached);
    return Optional.of(
        position.equals(LogPosition.START)
            ? new LogDistance(
                Math.min(distance.amount(), of(log, own).left()), distance.unit(), false)
            : distance);
  }

  /**
   * Returns how much less of the log a version has read than another one; empty if it has read all,
   * if nothing is reported of one of them, or if it has not completed what the other has: then it
   * is behind by epochs.
   */
  public static Optional<LogDistance> behind(RunContext<?> context, long version, long other) {
    return goal(context, version, other).flatMap(goal -> unread(context, version, goal));
  }

  /**
   * Returns what a version has to read to be no further behind than another one, if that is a
   * matter of positions: of both something is reported, and it has completed what the other has.
   */
  static Optional<LogPosition> goal(RunContext<?> context, long version, long other) {
    Optional<VersionState> own = context.catalog().version(version);
    return context
        .catalog()
        .version(other)
        .filter(state -> !state.readings().isEmpty())
        .filter(
            state ->
                own.isPresent()
                    && !own.get().readings().isEmpty()
                    && own.get().completeThrough() >= state.completeThrough())
        .map(state -> reached(state.readings()));
  }

  /** Returns how much a version has still to read up to a position, empty if it has read all. */
  static Optional<LogDistance> unread(RunContext<?> context, long version, LogPosition goal) {
    return context
        .catalog()
        .version(version)
        .flatMap(state -> unread(context.log(), state.readings(), goal));
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
