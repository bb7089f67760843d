/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.version;

import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.catalog.VersionState;
import io.anabranch.catalog.ViewState;
import io.anabranch.wiring.RunContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Opens for a candidate that has stored what the live version had read as it came to the gate.
 * Epochs that are open are not compared; but answers must not go back there.
 *
 * <p>A run reports what it reads, and stores it a little later. So after the last report the gate
 * waits until that must be stored, and for a sign of life of the run from then on: what a run read
 * that has died is not in the store.
 */
final class PromotionGate {
  private static final Duration POLL = Duration.ofMillis(100);

  /** Two on the way from reading to writing; Flink ends one after a second, if it is not full. */
  private static final Duration BUNDLES = Duration.ofSeconds(2);

  /** How long to wait for rows to be stored. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** How long to wait for a sign of life: a few, as the store may be busy. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  private final RunContext<?> context;
  private final Duration patience;

  /**
   * Creates one.
   *
   * @param patience how long to wait for a candidate to read as far as the live version has by now;
   *     the gate then waits until that is stored
   */
  PromotionGate(RunContext<?> context, Duration patience) {
    this.context = context;
    this.patience = patience;
  }

  /**
   * Waits before the gate.
   *
   * @return why it stays closed for the candidate of a view; empty if it opens
   */
  Optional<String> whyClosed(ViewState pointer) {
    long live = pointer.base().orElseThrow();
    long candidate = pointer.candidate().orElseThrow();
    return Lag.goal(context, candidate, live)
        .flatMap(
            goal -> {
              Optional<String> unread =
                  unread(candidate, goal)
                      .map(
                          distance ->
                              "view \"%s\": version %d has read about %s of the log less than version %d, which is live"
                                  .formatted(pointer.view(), candidate, distance.text(), live));
              return unread.isPresent()
                  ? unread
                  : unstored(candidate, goal)
                      .map(
                          reason ->
                              "view \"%s\": version %d %s"
                                  .formatted(pointer.view(), candidate, reason));
            });
  }

  private Optional<LogDistance> unread(long candidate, LogPosition goal) {
    await(patience, () -> Lag.unread(context, candidate, goal).isEmpty());
    return Lag.unread(context, candidate, goal);
  }

  /** Waits until what was read is stored, and returns why that is not known, if it is not. */
  private Optional<String> unstored(long candidate, LogPosition goal) {
    Duration stores = context.refresh().plus(BUNDLES);
    Optional<Instant> last = alive(candidate).map(ReadProgress::at).max(Comparator.naturalOrder());
    if (last.isEmpty()) {
      return Optional.empty(); // its run came to its end, and stored all
    }
    Instant stored = last.get().plus(stores);
    Duration left = Duration.between(Instant.now(), stored);
    if (left.compareTo(LONGEST_WAIT) > 0) {
      return Optional.of(
          "stores what it has read in %s only, as speed.refresh says".formatted(left));
    }
    if (left.compareTo(Duration.ZERO) > 0) {
      LockSupport.parkNanos(left.toNanos());
    }
    await(SIGN_OF_LIFE, () -> hasStored(candidate, goal, stored));
    return hasStored(candidate, goal, stored)
        ? Optional.empty()
        : Optional.of(
            "may not have stored what it read last: its run has not reported that it is alive since %s"
                .formatted(stored));
  }

  /** A run that was started again reads again, so it is then at another position. */
  private boolean hasStored(long candidate, LogPosition goal, Instant stored) {
    List<ReadProgress> sure =
        readings(candidate).stream()
            .filter(
                each ->
                    each.stored()
                        || each.alive().filter(seen -> !seen.isBefore(stored)).isPresent())
            .toList();
    return Lag.position(sure).covers(goal);
  }

  private Stream<ReadProgress> alive(long version) {
    return readings(version).stream().filter(each -> !each.stored() && !each.ended());
  }

  private List<ReadProgress> readings(long version) {
    return context.catalog().version(version).map(VersionState::readings).orElse(List.of());
  }

  private static void await(Duration patience, BooleanSupplier isDone) {
    long end = System.nanoTime() + patience.toNanos();
    while (!isDone.getAsBoolean() && System.nanoTime() < end) {
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
