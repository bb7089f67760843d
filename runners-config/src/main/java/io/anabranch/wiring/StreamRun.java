/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StopSignal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.apache.beam.sdk.Pipeline;

/**
 * What follows the log: the speed layer of Lambda, or the one pipeline of Kappa. They differ only
 * in where they begin, after the batch version's epochs or at the log's beginning, and in what the
 * live pointer says of them.
 *
 * <p>A run takes over from the one before it and starts after the last epoch that the store knows
 * to be complete. It computes the rows of later epochs from nothing; as a row is only replaced by
 * one that folds no fewer contributions, answers never go back meanwhile.
 */
public final class StreamRun {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private StreamRun() {}

  /**
   * Follows the log until it is asked to stop: then it stores what it has read, and ends.
   *
   * @param started gets the run's number before the pipeline starts
   */
  public static <E> RunReport follow(
      RunContext<E> context, Architecture architecture, Stop stop, LongConsumer started) {
    return run(context, architecture, Optional.empty(), stop, started);
  }

  /**
   * Follows the log until all that is in it now is stored.
   *
   * @param started gets the run's number before the pipeline starts
   * @throws UserException if the log is empty
   */
  public static <E> RunReport untilCaughtUp(
      RunContext<E> context, Architecture architecture, Stop stop, LongConsumer started) {
    LogEnd end = context.log().end();
    if (end.isEmpty()) {
      throw new UserException("the log is empty: ingest records first");
    }
    return run(context, architecture, Optional.of(end), stop, started);
  }

  private static <E> RunReport run(
      RunContext<E> context,
      Architecture architecture,
      Optional<LogEnd> until,
      Stop stop,
      LongConsumer started) {
    String layer = architecture == Architecture.KAPPA ? "kappa" : "speed";
    long closed = until.orElseGet(context.log()::end).closedThrough();
    try (Heartbeat heartbeat = Heartbeat.begin(context, layer)) {
      long run = heartbeat.run();
      Map<String, SliceRef> slices =
          context.byView(context.store().openStreamSlices(run, context.refs(), architecture));
      StopSignal signal = StopSignal.create();
      stop.during(
          () -> {
            started.accept(run);
            Pipelines.runToEnd(pipeline(context, slices, until, signal), layer);
          },
          () -> {
            stopMarking(context, run);
            signal.raise();
          });
      boolean caughtUp = until.isPresent() && !stop.isRequested();
      if (caughtUp) {
        slices.values().forEach(slice -> context.store().caughtUp(slice, until.get()));
      }
      return new RunReport(run, caughtUp ? closed : Epochs.NONE, context.store().rowsWritten(run));
    }
  }

  /** The source must not end before the store knows; so this tries until it does. */
  private static void stopMarking(RunContext<?> context, long run) {
    while (true) {
      try {
        context.store().stopMarking(run);
        return;
      } catch (UserException e) { // somebody locks the store for longer than its timeout
        LockSupport.parkNanos(RETRY.toNanos());
      }
    }
  }

  private static <E> Pipeline pipeline(
      RunContext<E> context,
      Map<String, SliceRef> slices,
      Optional<LogEnd> until,
      StopSignal signal) {
    long after = slices.values().stream().mapToLong(SliceRef::after).min().orElse(Epochs.NONE);
    Views<E> views = Views.into(slices, context);
    Pipeline pipeline = context.pipeline();
    pipeline
        .apply("Log", context.log().follow(after, until, signal))
        .apply(
            "Views",
            until.isPresent()
                ? views
                : views.markProgressFrom(after == Epochs.NONE ? 0 : after + 1));
    return pipeline;
  }
}
