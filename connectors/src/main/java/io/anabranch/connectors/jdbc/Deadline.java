/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Cancels a statement that runs for too long. (The driver's {@code setQueryTimeout} is how long to
 * wait for locks, not how long to run.)
 */
public final class Deadline implements AutoCloseable {
  private static final ScheduledThreadPoolExecutor TIMER = timer();
  private static final long AGAIN_MILLIS = 10; // SQLite forgets a cancel of what is not running yet

  private final Cancel cancel;
  private final Optional<Duration> timeout;
  private final @Nullable ScheduledFuture<?> cancelling;
  private boolean passed;
  private boolean closed;

  /** Cancels a statement, such as {@code statement::cancel}. */
  @FunctionalInterface
  public interface Cancel {
    /** Cancels it. */
    void cancel() throws SQLException;
  }

  private Deadline(Cancel cancel, Optional<Duration> timeout) {
    this.cancel = cancel;
    this.timeout = timeout;
    this.cancelling =
        timeout
            .map(
                after ->
                    TIMER.scheduleWithFixedDelay(
                        this::cancel, after.toMillis(), AGAIN_MILLIS, TimeUnit.MILLISECONDS))
            .orElse(null);
  }

  /** Gives a statement some time from now on, or as much as it takes. */
  public static Deadline of(Cancel cancel, Optional<Duration> timeout) {
    return new Deadline(cancel, timeout);
  }

  private synchronized void cancel() {
    if (!closed) { // else the connection may already work for somebody else
      passed = true;
      try {
        cancel.cancel();
      } catch (SQLException e) {
        throw new IllegalStateException("a statement cannot be cancelled", e);
      }
    }
  }

  /** Returns the error for a statement that failed. */
  public synchronized SQLException explain(SQLException error) {
    if (passed) {
      throw new StoreException(
          Code.TIMED_OUT,
          "the read was cancelled as it took longer than its timeout, "
              + timeout.orElse(Duration.ZERO).toMillis()
              + "ms",
          error);
    }
    return error;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (cancelling != null) {
      cancelling.cancel(false);
    }
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "anabranch-store-deadlines");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }
}
