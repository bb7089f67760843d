/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.ViewStore;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/** Tells every few seconds how far a run is, from what it has stored. */
final class Progress implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final String name;
  private final ViewStore store;
  private final PrintWriter err;
  private final long startNanos = System.nanoTime();
  private final Timer timer = new Timer("progress", true);

  private Progress(String name, ViewStore store, PrintWriter err) {
    this.name = name;
    this.store = store;
    this.err = err;
  }

  static Progress start(String name, ViewStore store, PrintWriter err) {
    return new Progress(name, store, err);
  }

  /** Begins to tell, as the run has its number now. */
  void running(long run) {
    err.printf("%s run %d started%n", name, run);
    timer.scheduleAtFixedRate(
        new TimerTask() {
          @Override
          public void run() {
            tell(run);
          }
        },
        EVERY.toMillis(),
        EVERY.toMillis());
  }

  private void tell(long run) {
    long seconds = Duration.ofNanos(System.nanoTime() - startNanos).toSeconds();
    String rows;
    try {
      rows = String.format("%,d rows stored", store.rowsWritten(run));
    } catch (UserException e) { // the run itself will say so, if it lasts
      rows = "the store does not answer";
    }
    err.printf("%s run %d: %d s, %s%n", name, run, seconds, rows);
    err.flush();
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
