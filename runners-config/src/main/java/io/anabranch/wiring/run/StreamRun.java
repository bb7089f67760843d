/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.upkeep.Heartbeat;
import io.anabranch.wiring.version.LogHistory;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The speed layer of Lambda: follows the log from where the batch version ends. A run takes over
 * from the one before it, and starts after the last epoch that the store knows to be complete.
 *
 * <p>How it follows is in {@link Following}, which {@link KappaRun} shares; it has a class of its
 * own because speed has one slice a view, that begins where batch ends, and Kappa has backfills,
 * candidates and previous versions.
 */
public final class StreamRun {
  private StreamRun() {}

  /**
   * Follows the log until it is asked to stop: then it stores what it has read, and ends.
   *
   * @param started gets the run's number before the pipeline starts
   */
  public static <E> RunReport follow(RunContext<E> context, Stop stop, LongConsumer started) {
    return run(context, Optional.empty(), stop, started);
  }

  /**
   * Follows the log until all that is in it now is stored.
   *
   * @param started gets the run's number before the pipeline starts
   * @throws UserException if the log is empty
   */
  public static <E> RunReport untilCaughtUp(
      RunContext<E> context, Stop stop, LongConsumer started) {
    return run(context, Optional.of(endOf(context)), stop, started);
  }

  /** Returns the end of a log that is not empty. */
  static LogEnd endOf(RunContext<?> context) {
    LogEnd end = context.log().end();
    if (end.isEmpty()) {
      throw new UserException("the log is empty: ingest records first");
    }
    return end;
  }

  private static <E> RunReport run(
      RunContext<E> context, Optional<LogEnd> until, Stop stop, LongConsumer started) {
    for (ViewRef view : context.refs()) {
      LogHistory.requireSame(context, context.catalog().load(view.name()));
    }
    try (Heartbeat heartbeat = Heartbeat.begin(context, "speed")) {
      long run = heartbeat.run();
      Map<String, OpenSlice> slices =
          context.byView(context.lifecycle().openSpeed(run, context.refs()));
      started.accept(run);
      LogHistory.requireWhole(
          context, new EpochRange(context.readAfter(slices.values()), Long.MAX_VALUE));
      heartbeat.follows(slices.values());
      return new Following<>(context, "speed", run, slices, until, Optional.empty()).run(stop);
    }
  }
}
