/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.catalog.ViewState;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.upkeep.Background;
import io.anabranch.wiring.upkeep.Compaction;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;

/**
 * Both layers of Lambda in one process: speed follows the log, and each time an epoch with records
 * has closed and speed has completed it, batch takes it over, drops what it replaced and compacts
 * slices where there are many.
 *
 * <p>Where a view has no answer yet, epochs that are closed at the start are computed by batch
 * first; else speed brings the answers up to date, and batch runs beside it. A batch run that fails
 * is tried again after a while, longer each time, and speed goes on meanwhile. If speed fails, all
 * of it ends.
 *
 * @param <E> the author's event
 */
public final class LambdaRun<E> {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
  private static final Duration LAST_RETRY = Duration.ofMinutes(5);

  private final RunContext<E> context;
  private final Stop stop;
  private final RunListener listener;
  private Duration retry = FIRST_RETRY;
  private long nextBatchNanos = System.nanoTime();
  private long waitingSinceNanos = System.nanoTime();

  private LambdaRun(RunContext<E> context, Stop stop, RunListener listener) {
    this.context = context;
    this.stop = stop;
    this.listener = listener;
  }

  /** Runs both layers until it is asked to stop. */
  public static <E> LambdaRun<E> of(RunContext<E> context) {
    return new LambdaRun<>(context, new Stop(), RunListener.NONE);
  }

  /**
   * Ends once this is requested: speed stores what it has read and ends, and a batch run that is
   * not done is given up; default never.
   */
  public LambdaRun<E> stoppedBy(Stop request) {
    return new LambdaRun<>(context, request, listener);
  }

  /**
   * Runs to the end.
   *
   * @return what the speed run did, empty if it was stopped before that
   * @throws UserException if a definition changed, or speed fails
   */
  public Optional<RunReport> run(RunListener events) {
    LambdaRun<E> run = new LambdaRun<>(context, stop, events);
    try (Background background = new Background()) {
      return run.runLayers(background);
    }
  }

  private Optional<RunReport> runLayers(Background background) {
    try {
      if (!isAnswered()) { // cheaper than to let speed read what batch takes over at once
        context.log().end().lastClosedWithRecords().ifPresent(this::batch);
      }
      if (stop.isRequested()) {
        return Optional.empty();
      }
      Future<RunReport> speed =
          background.start(() -> SpeedRun.of(context).stoppedBy(stop).run(listener));
      Future<?> batch = background.start(() -> null);
      while (!Background.isDone(speed)) {
        if (batch.isDone() && !stop.isRequested()) {
          Background.result(batch); // an error that is no exception ends the process
          OptionalLong through = dueOrFailed();
          if (through.isPresent()) {
            batch = background.start(Executors.callable(() -> batch(through.getAsLong())));
          }
        }
      }
      return Optional.of(Background.result(speed));
    } finally {
      stop.request(); // speed may have failed while batch runs
    }
  }

  /** Whether every view has an answer, which speed brings up to date sooner than batch. */
  private boolean isAnswered() {
    return context.application().views().stream()
        .allMatch(view -> context.catalog().load(view.name()).isLive());
  }

  /** Returns the epoch to compute through if there are records that batch does not hold yet. */
  private OptionalLong due() {
    if (isMoved()) { // speed is about to learn it
      return OptionalLong.empty();
    }
    LogEnd end = context.log().end();
    long held = least(ViewState::batchThrough);
    OptionalLong closed = end.lastClosedWithRecords();
    if (closed.isEmpty() || closed.getAsLong() <= held || end.lastEpoch() <= held) {
      waitingSinceNanos = System.nanoTime();
      return OptionalLong.empty();
    }
    if (System.nanoTime() - nextBatchNanos < 0) {
      return OptionalLong.empty();
    }
    // What speed has completed can be compared; if speed lags far behind, batch goes on without.
    long complete = least(ViewState::completeThrough);
    if (complete > held && complete >= end.firstEpoch()) { // else there is nothing in it
      return OptionalLong.of(Math.min(closed.getAsLong(), complete));
    }
    return System.nanoTime() - waitingSinceNanos > PATIENCE.toNanos()
        ? closed
        : OptionalLong.empty();
  }

  /** Whether another process has changed the architecture. */
  private boolean isMoved() {
    return context.catalog().loadAll().values().stream()
        .anyMatch(view -> view.isLive() && view.architecture() != Architecture.LAMBDA);
  }

  private long least(ToLongFunction<ViewState> epoch) {
    return context.application().views().stream()
        .mapToLong(view -> epoch.applyAsLong(context.catalog().state(view.name())))
        .min()
        .orElse(Epochs.NONE);
  }

  private OptionalLong dueOrFailed() {
    try {
      return due();
    } catch (RuntimeException e) {
      failed(e);
      return OptionalLong.empty();
    }
  }

  private void batch(long through) {
    try {
      BatchRun.of(context).through(through).stoppedBy(stop).run(listener);
      retry = FIRST_RETRY;
    } catch (RuntimeException e) { // also of an author's combine function, when rows are compared
      failed(e);
      return;
    } finally {
      waitingSinceNanos = System.nanoTime();
    }
    Compaction.afterBatch(context, stop, listener::compacted, listener::compactionFailed);
  }

  private void failed(RuntimeException error) {
    if (!stop.isRequested()) {
      listener.batchFailed(UserException.of(error), retry);
      nextBatchNanos = System.nanoTime() + retry.toNanos();
      retry = min(retry.multipliedBy(2), LAST_RETRY);
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
