/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StopSignal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
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

  /**
   * Combined views share one reading of the log. Windowed views share one for each lateness, by
   * which its watermark is held back.
   */
  private static <E> Pipeline pipeline(
      RunContext<E> context,
      Map<String, SliceRef> slices,
      Optional<LogEnd> until,
      StopSignal signal) {
    Map<Optional<Duration>, Map<String, SliceRef>> readings = new LinkedHashMap<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      readings
          .computeIfAbsent(
              view.timeliness().map(Timeliness::lateness), absent -> new LinkedHashMap<>())
          .put(view.name(), slices.get(view.name()));
    }
    Pipeline pipeline = context.pipeline();
    boolean first = true;
    for (Map.Entry<Optional<Duration>, Map<String, SliceRef>> reading : readings.entrySet()) {
      Views<E> views =
          Views.into(
              reading.getValue(), context, until.map(LogEnd::closedThrough).orElse(Long.MAX_VALUE));
      follow(
          pipeline,
          context,
          reading.getKey(),
          first ? views : views.withoutUndecodable(),
          reading.getValue(),
          until,
          signal);
      first = false;
    }
    return pipeline;
  }

  private static <E> void follow(
      Pipeline pipeline,
      RunContext<E> context,
      Optional<Duration> lateness,
      Views<E> views,
      Map<String, SliceRef> slices,
      Optional<LogEnd> until,
      StopSignal signal) {
    String late = lateness.map(duration -> "-" + duration).orElse("");
    long after = least(slices, SliceRef::after);
    long readAfter =
        least(
            slices,
            slice -> context.readAfter(context.application().view(slice.view()), slice.after()));
    pipeline
        .apply("Log" + late, context.log().follow(readAfter, lateness, until, signal))
        .apply(
            "Views" + late,
            until.isPresent()
                ? views
                : views.markProgressFrom(after == Epochs.NONE ? 0 : after + 1));
  }

  private static long least(Map<String, SliceRef> slices, ToLongFunction<SliceRef> epoch) {
    return slices.values().stream().mapToLong(epoch).min().orElse(Epochs.NONE);
  }
}
