/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Computes new versions of Kappa beside the live ones, as a {@link Replay} plans. Immutable.
 *
 * @param <E> the author's event
 */
public final class ReplayRun<E> {
  private final RunContext<E> context;
  private final Replay plan;
  private final FollowSettings settings;
  private final Optional<Function<String, Tolerance>> tolerances;

  private ReplayRun(
      RunContext<E> context,
      Replay plan,
      FollowSettings settings,
      Optional<Function<String, Tolerance>> tolerances) {
    this.context = context;
    this.plan = plan;
    this.settings = settings;
    this.tolerances = tolerances;
  }

  /** Replays until it is asked to stop: then it stores what it has read, and ends. */
  public static <E> ReplayRun<E> of(RunContext<E> context, Replay plan) {
    return new ReplayRun<>(context, plan, FollowSettings.create(), Optional.empty());
  }

  /** Promotes the candidates once they have caught up and match; default no. */
  public ReplayRun<E> autoPromote(Function<String, Tolerance> byView) {
    return new ReplayRun<>(context, plan, settings, Optional.of(byView));
  }

  /**
   * Reads no more records a second than this; default as many as it can.
   *
   * @throws IllegalArgumentException if it is not above 0
   */
  public ReplayRun<E> rate(double recordsPerSecond) {
    return new ReplayRun<>(context, plan, settings.rate(recordsPerSecond), tolerances);
  }

  /** Ends once all that is in the log now is stored; default no. */
  public ReplayRun<E> untilCaughtUp(boolean end) {
    return new ReplayRun<>(context, plan, settings.untilCaughtUp(end), tolerances);
  }

  /** Ends once this is requested: it stores what it has read; default never. */
  public ReplayRun<E> stoppedBy(Stop request) {
    return new ReplayRun<>(context, plan, settings.stoppedBy(request), tolerances);
  }

  /**
   * Runs to the end.
   *
   * @return what was done, empty if all versions were retired meanwhile
   * @throws UserException if another run takes over, or it was stopped during the backfill
   */
  public Optional<RunReport> run(RunListener listener) {
    Optional<AutoPromotion> promotion =
        tolerances.map(each -> new AutoPromotion(context, listener, each, settings.stop()));
    return new VersionsRun<>(context, "replay", settings, listener, promotion)
        .run(plan.plans(), Map.of());
  }
}
