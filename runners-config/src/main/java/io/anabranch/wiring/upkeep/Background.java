/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.upkeep;

import io.anabranch.api.UserException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs that go on while the thread that started them watches over them. */
public final class Background implements AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);

  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "anabranch-layer");
            thread.setDaemon(true);
            return thread;
          });

  /** Starts work in a thread of its own. */
  public <T> Future<T> start(Callable<T> run) {
    return threads.submit(run);
  }

  /** Waits a little for the end of a run. */
  public static boolean isDone(Future<?> run) {
    try {
      run.get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException("the run was interrupted", e);
    }
  }

  /** Returns what a run returned, or throws what it threw. */
  public static <T> T result(Future<T> run) {
    try {
      return run.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException error) {
        throw error;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException("the run was interrupted", e);
    }
  }

  /** Waits a little for runs that were asked to end; what goes on then ends when it notices. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      threads.awaitTermination(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
  }
}
