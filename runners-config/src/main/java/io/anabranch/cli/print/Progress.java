/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.catalog.Runs;
import io.anabranch.wiring.version.Lag;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Reports how far runs are, from what they have stored: every few seconds at first, then more and
 * more seldom, up to once a minute.
 */
public final class Progress implements AutoCloseable {
  private static final Duration TICK = Duration.ofSeconds(5);
  private static final int MOST_TICKS = 12;
  private static final int BAR = 20;

  private final Runs stored;
  private final Optional<EventLog> log;
  private final PrintWriter err;
  private final Map<Long, Running> runs = new ConcurrentSkipListMap<>();
  private final Timer timer = new Timer("progress", true);

  private Progress(Runs stored, Optional<EventLog> log, PrintWriter err) {
    this.stored = stored;
    this.log = log;
    this.err = err;
  }

  private static final class Running {
    final String layer;
    final long startNanos = System.nanoTime();
    int ticks;
    int wait = 1;

    Running(String layer) {
      this.layer = layer;
    }
  }

  /**
   * Starts to report.
   *
   * @param log what runs read, to report how much of it is left; empty to report rows only
   */
  public static Progress start(Runs stored, Optional<EventLog> log, PrintWriter err) {
    Progress progress = new Progress(stored, log, err);
    progress.timer.scheduleAtFixedRate(
        new TimerTask() {
          @Override
          public void run() {
            progress.tick();
          }
        },
        TICK.toMillis(),
        TICK.toMillis());
    return progress;
  }

  /** Begins to report a run. */
  public void running(String layer, long run) {
    err.printf("%s run %d started%n", layer, run);
    runs.put(run, new Running(layer));
  }

  /** Stops reporting a run. */
  void done(long run) {
    runs.remove(run);
  }

  /** Stops reporting batch. */
  void batchFailed() {
    runs.values().removeIf(running -> running.layer.equals("batch"));
  }

  /** Reports each run whose time it is. */
  void tick() {
    runs.forEach(this::tick);
  }

  private void tick(long run, Running running) {
    if (++running.ticks < running.wait) {
      return;
    }
    running.ticks = 0;
    running.wait = Math.min(MOST_TICKS, running.wait * 2);
    long seconds = Duration.ofNanos(System.nanoTime() - running.startNanos).toSeconds();
    String rows;
    try {
      rows = String.format("%,d rows stored%s", stored.rowsWritten(run), read(run));
    } catch (UserException e) { // the run itself will say so, if it lasts
      rows = "the store does not answer";
    }
    err.printf("%s run %d: %d s, %s%n", running.layer, run, seconds, rows);
    err.flush();
  }

  /** The slice that is furthest behind says how far a run is. */
  private String read(long run) {
    return log.flatMap(
            from ->
                stored.readings(run).stream()
                    .map(reading -> Lag.of(from, List.of(reading)))
                    .min(Comparator.comparingDouble(Lag::share)))
        .map(lag -> ", " + bar(lag.share()) + " " + Catching.text(lag))
        .orElse("");
  }

  private static String bar(double share) {
    int full = (int) Math.round(share * BAR);
    return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]";
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
