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

/**
 * The speed layer of Lambda: follows the log from where the batch version ends. A run takes over
 * from the one before it, and starts after the last epoch that the store knows to be complete.
 *
 * <p>How it follows is in {@link Following}, which {@link KappaRun} shares; it has a class of its
 * own because speed has one slice a view, that begins where batch ends, and Kappa has backfills,
 * candidates and previous versions. Immutable.
 *
 * @param <E> the author's event
 */
public final class SpeedRun<E> {
  private final RunContext<E> context;
  private final FollowSettings settings;

  private SpeedRun(RunContext<E> context, FollowSettings settings) {
    this.context = context;
    this.settings = settings;
  }

  /** Follows the log until it is asked to stop: then it stores what it has read, and ends. */
  public static <E> SpeedRun<E> of(RunContext<E> context) {
    return new SpeedRun<>(context, FollowSettings.create());
  }

  /** Ends once all that is in the log now is stored; default no. */
  public SpeedRun<E> untilCaughtUp(boolean end) {
    return new SpeedRun<>(context, settings.untilCaughtUp(end));
  }

  /** Ends once this is requested: it stores what it has read; default never. */
  public SpeedRun<E> stoppedBy(Stop request) {
    return new SpeedRun<>(context, settings.stoppedBy(request));
  }

  /**
   * Runs to the end.
   *
   * @throws UserException if it is to end once it has caught up, and the log is empty
   */
  public RunReport run(RunListener listener) {
    Optional<LogEnd> until =
        settings.untilCaughtUp() ? Optional.of(endOf(context)) : Optional.empty();
    for (ViewRef view : context.refs()) {
      LogHistory.requireSame(context, context.catalog().load(view.name()));
    }
    try (Heartbeat heartbeat = Heartbeat.begin(context, "speed")) {
      long run = heartbeat.run();
      Map<String, OpenSlice> slices =
          context.byView(context.lifecycle().openSpeed(run, context.refs()));
      listener.started("speed", run);
      LogHistory.requireWhole(
          context, new EpochRange(context.readAfter(slices.values()), Long.MAX_VALUE));
      heartbeat.follows(slices.values());
      return new Following<>(context, "speed", run, slices, until, settings.throttle())
          .run(settings.stop());
    }
  }

  /** Returns the end of a log that is not empty. */
  static LogEnd endOf(RunContext<?> context) {
    LogEnd end = context.log().end();
    if (end.isEmpty()) {
      throw new UserException("the log is empty: ingest records first");
    }
    return end;
  }
}
