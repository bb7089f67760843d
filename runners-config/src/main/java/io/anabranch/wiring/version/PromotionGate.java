/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.version;

import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.catalog.ViewState;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets a candidate pass once it has stored what the live version had read before. Epochs that are
 * open are not compared; but their answers must not go back.
 *
 * <p>A run reports what it reads, and stores it a little later, as {@code speed.refresh} of its
 * configuration says. So after the last report the gate waits until that must be stored, and for a
 * heartbeat of the run from then on: what a run read that died may not be stored.
 */
public final class PromotionGate {
  /** How long to wait, by default, for a candidate that is being run to read the last records. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration POLL = Duration.ofMillis(100);

  /** Two on the way from reading to writing; Flink ends one after a second, if it is not full. */
  private static final Duration BUNDLES = Duration.ofSeconds(2);

  /** How long to wait for a heartbeat: there are several in it, as the store may be busy. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final Duration patience;
  private final Stop stop;

  private PromotionGate(Duration patience, Stop stop) {
    this.patience = patience;
    this.stop = stop;
  }

  /**
   * Creates one.
   *
   * @param patience how long to wait for a candidate to read as far as the live version; the gate
   *     then waits until that is stored
   */
  public static PromotionGate of(Duration patience) {
    return new PromotionGate(patience, new Stop());
  }

  /** Stays closed, and waits no longer, once a stop is requested. */
  public PromotionGate stoppedBy(Stop request) {
    return new PromotionGate(patience, request);
  }

  /**
   * Waits before the gate, for the candidates of all views together.
   *
   * @return why it stays closed, empty if it opens
   */
  List<String> whyClosed(RunContext<?> context, Collection<ViewState> views) {
    List<Wait> waiting = new ArrayList<>();
    for (ViewState view : views) {
      Lag.following(context, view.base().orElseThrow())
          .ifPresent(live -> waiting.add(new Wait(context, view, live.reached())));
    }
    while (true) {
      waiting.removeIf(Wait::isOver);
      if (stop.isRequested() && !waiting.isEmpty()) {
        return List.of("a stop was requested");
      }
      if (waiting.isEmpty() || waiting.stream().anyMatch(Wait::isTooLong)) {
        return waiting.stream().map(Wait::reason).toList();
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** One candidate before the gate. */
  private final class Wait {
    private final RunContext<?> context;
    private final ViewState view;
    private final LogPosition goal;
    private final Duration stores;
    private long deadline = System.nanoTime() + patience.toNanos();

    /** When the run that has read all began to read, and was alive. */
    private Optional<ReadProgress> read = Optional.empty();

    /** The first heartbeat of this run after it was seen to have read all. */
    private Optional<Instant> beat = Optional.empty();

    Wait(RunContext<?> context, ViewState view, LogPosition goal) {
      this.context = context;
      this.view = view;
      this.goal = goal;
      this.stores = context.refresh().plus(BUNDLES);
    }

    private Optional<ReadProgress> now() {
      return Lag.following(context, view.candidate().orElseThrow());
    }

    boolean isTooLong() {
      return System.nanoTime() >= deadline;
    }

    boolean isOver() {
      return now().filter(this::hasStored).isPresent();
    }

    private boolean hasStored(ReadProgress now) {
      if (!now.position().covers(goal)) {
        read = Optional.empty(); // it was started again, and reads again
        beat = Optional.empty();
        return false;
      }
      if (now.stored() || now.ended()) {
        return now.stored();
      }
      Instant alive = now.alive().orElseThrow();
      if (read.isEmpty() || !read.get().since().equals(now.since())) {
        read = Optional.of(now);
        beat = Optional.empty();
        deadline = System.nanoTime() + stores.plus(SILENCE).toNanos();
      } else if (beat.isEmpty() && alive.isAfter(read.get().alive().orElseThrow())) {
        beat = Optional.of(alive);
      }
      return beat.filter(first -> !alive.isBefore(first.plus(stores))).isPresent();
    }

    String reason() {
      return "view \"%s\": version %d %s"
          .formatted(view.view(), view.candidate().orElseThrow(), whyNot());
    }

    private String whyNot() {
      Optional<ReadProgress> now = now();
      if (now.isEmpty()) {
        return "has read nothing yet";
      }
      if (now.get().ended() && !now.get().stored()) {
        return "is not run any more, and may not have stored what it read last: run it again";
      }
      return Lag.unread(context.log(), now.get(), goal)
          .map(
              distance ->
                  "has read about %s of the log less than version %d, which is live"
                      .formatted(distance.text(), view.base().orElseThrow()))
          .orElse(
              "may not have stored what it read last, as its run does not report that it is alive");
    }
  }
}
