/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.UserException;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Tells the store, from the beginning of a run to its end, that it is alive, and what the log is.
 */
final class Heartbeat implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final RunContext<?> context;
  private final long run;
  private final Timer timer = new Timer("anabranch-heartbeat", true);

  private Heartbeat(RunContext<?> context, long run) {
    this.context = context;
    this.run = run;
  }

  /** Registers a run and begins to tell of it. */
  static Heartbeat begin(RunContext<?> context, String layer) {
    Heartbeat heartbeat = new Heartbeat(context, context.store().beginRun(layer));
    try {
      heartbeat.beat();
    } catch (RuntimeException e) {
      heartbeat.close();
      throw e;
    }
    TimerTask beat =
        new TimerTask() {
          @Override
          public void run() {
            heartbeat.tryToBeat();
          }
        };
    heartbeat.timer.schedule(beat, EVERY.toMillis(), EVERY.toMillis());
    return heartbeat;
  }

  /** Returns the number of the run. */
  long run() {
    return run;
  }

  private void beat() {
    context.store().heartbeat(run, context.log().id(), context.log().end());
  }

  private void tryToBeat() {
    try {
      beat();
    } catch (UserException e) {
      // a missed beat or two do no harm; what the run itself writes tells if the store is gone
    }
  }

  /** Tells that the run ended. */
  @Override
  public void close() {
    timer.cancel();
    tryToBeat();
    context.store().endRun(run);
  }
}
