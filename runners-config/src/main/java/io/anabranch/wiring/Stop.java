/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A request to runs to end soon and cleanly: what follows the log stores what it has read and ends;
 * a batch run gives up its rows, which no reader has seen. Any thread may ask, once for all runs
 * that were given it.
 */
public final class Stop {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean requested;

  /** Asks; returns once every run knows of it, which is before they have ended. */
  public void request() {
    List<Runnable> due;
    synchronized (this) {
      requested = true;
      due = List.copyOf(actions);
      actions.clear();
    }
    RuntimeException failure = null;
    for (Runnable action : due) {
      try {
        action.run();
      } catch (RuntimeException e) { // the others are to know of it all the same
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Returns whether somebody asked. */
  public synchronized boolean isRequested() {
    return requested;
  }

  /** Does work; if somebody asks meanwhile, or has before, does the action too. */
  public void during(Runnable work, Runnable onRequest) {
    boolean due;
    synchronized (this) {
      due = requested;
      if (!due) {
        actions.add(onRequest);
      }
    }
    if (due) {
      onRequest.run();
    }
    try {
      work.run();
    } finally {
      forget(onRequest);
    }
  }

  /**
   * Does work in a thread of its own; fails as soon as somebody asks, and leaves that thread to
   * itself; does not begin if somebody asked before.
   *
   * @throws UserException if somebody asked
   */
  public void unlessRequested(Runnable work) {
    requireNotRequested();
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
                done.complete(null);
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            },
            "anabranch-work");
    thread.setDaemon(true);
    thread.start();
    try {
      during(done::join, () -> done.completeExceptionally(stopped()));
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException error) {
        throw error;
      }
      throw e;
    }
  }

  /**
   * Fails if somebody asked.
   *
   * @throws UserException if so
   */
  public void requireNotRequested() {
    if (isRequested()) {
      throw stopped();
    }
  }

  private static UserException stopped() {
    return new UserException("the run was stopped");
  }

  private synchronized void forget(Runnable action) {
    actions.remove(action);
  }
}
