/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.version;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.Reading;
import io.anabranch.catalog.VersionState;
import io.anabranch.wiring.RunContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * How far a version, or a run, is in reading the log.
 *
 * @param through the last epoch of which something was read, {@link Epochs#NONE} if nothing was
 * @param bytesRead how many bytes of the log lie before the place that it has read up to
 * @param bytesLeft how many there are still, of all that is in the log now
 * @param bytesPerSecond how fast it reads, 0 if it has not begun
 * @param at when it was last told of
 */
public record CatchUp(
    long through, long bytesRead, long bytesLeft, double bytesPerSecond, Instant at) {
  private static final Duration POLL = Duration.ofMillis(100);

  /** Two on the way from reading to writing; Flink ends one after a second, if it is not full. */
  private static final Duration BUNDLES = Duration.ofSeconds(2);

  /**
   * Measures.
   *
   * @param readings of the slices of one version, or of one run; not empty
   */
  public static CatchUp of(EventLog log, List<Reading> readings) {
    Reading now = last(readings);
    long size = log.size(new EpochRange(now.after(), Long.MAX_VALUE)).bytes();
    double rate =
        readings.stream()
            .filter(reading -> reading.bytes() > 0)
            .max(Comparator.comparing(Reading::since))
            .map(Reading::bytesPerSecond)
            .orElse(0.0);
    long through = readings.stream().mapToLong(Reading::through).max().orElseThrow();
    return new CatchUp(
        through, place(log, readings), Math.max(0, size - now.bytes()), rate, now.at());
  }

  /**
   * Returns the place in the log up to which it was read: how many bytes are before it.
   *
   * @param readings of the slices of one version; not empty
   */
  public static long place(EventLog log, List<Reading> readings) {
    Reading now = last(readings);
    return log.size(new EpochRange(Epochs.NONE, now.after())).bytes() + now.bytes();
  }

  /** Returns how many bytes of the log a version has read less than another one. */
  public static long behind(RunContext<?> context, long version, long other) {
    return await(context, version, other, Duration.ZERO);
  }

  /**
   * Waits for a version that is being run to read as far as another one has by now.
   *
   * @param patience how long to wait at most
   * @return how many bytes it is behind still; 0 if nothing tells of one of them, or if it has not
   *     completed what the other has: then it is behind by epochs
   */
  static long await(RunContext<?> context, long version, long other, Duration patience) {
    Optional<VersionState> goal = context.catalog().version(other);
    Optional<VersionState> state = context.catalog().version(version);
    if (goal.map(VersionState::readings).orElse(List.of()).isEmpty()
        || state.map(VersionState::readings).orElse(List.of()).isEmpty()
        || state.get().completeThrough() < goal.get().completeThrough()) {
      return 0;
    }
    long place = place(context.log(), goal.get().readings());
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      long read =
          context
              .catalog()
              .version(version)
              .map(now -> place(context.log(), now.readings()))
              .orElse(place);
      if (read >= place || System.nanoTime() >= end) {
        return Math.max(0, place - read);
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /**
   * Waits until versions that are being run have stored what they had read by now: that is within
   * the time that a change may wait, and the bundles that rows pass through on their way.
   *
   * @param most how long to wait at most
   */
  static void awaitStored(RunContext<?> context, Collection<Long> versions, Duration most) {
    Duration stores = context.refresh().plus(BUNDLES);
    versions.stream()
        .map(context.catalog()::version)
        .flatMap(Optional::stream)
        .flatMap(version -> version.readings().stream())
        .filter(reading -> !reading.ended())
        .map(reading -> Duration.between(Instant.now(), reading.at().plus(stores)))
        .max(Comparator.naturalOrder())
        .map(left -> left.compareTo(most) < 0 ? left : most)
        .filter(left -> left.compareTo(Duration.ZERO) > 0)
        .ifPresent(left -> LockSupport.parkNanos(left.toNanos()));
  }

  private static Reading last(List<Reading> readings) {
    return readings.stream()
        .max(Comparator.comparing(Reading::since).thenComparing(Reading::after))
        .orElseThrow();
  }

  /** Returns the share of the log that was read, 0 to 1. */
  public double share() {
    return bytesLeft == 0 ? 1 : (double) bytesRead / (bytesRead + bytesLeft);
  }

  /** Returns how long the rest takes at the rate so far, empty if nothing was read yet. */
  public Optional<Duration> timeLeft() {
    return bytesLeft == 0
        ? Optional.of(Duration.ZERO)
        : bytesPerSecond > 0
            ? Optional.of(Duration.ofMillis((long) (1_000 * bytesLeft / bytesPerSecond)))
            : Optional.empty();
  }
}
