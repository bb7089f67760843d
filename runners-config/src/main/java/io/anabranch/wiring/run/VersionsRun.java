/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.VersionState;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.upkeep.Background;
import io.anabranch.wiring.upkeep.Heartbeat;
import io.anabranch.wiring.version.LogHistory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * Runs versions of Kappa, and watches them: new ones get their backfill first, then all follow the
 * log. The seam is the end of an epoch, so nothing is read twice there or missed. Where no version
 * is live, a new one becomes live once its backfill is complete; otherwise it is the view's
 * candidate.
 *
 * @param <E> the author's event
 */
final class VersionsRun<E> {
  private final RunContext<E> context;
  private final String layer;
  private final FollowSettings settings;
  private final RunListener listener;
  private final Optional<AutoPromotion> promotion;
  private boolean retired;

  /** Whether the store has seen all slices of the run being read. */
  private boolean allBegun;

  private boolean takenOver;

  VersionsRun(
      RunContext<E> context,
      String layer,
      FollowSettings settings,
      RunListener listener,
      Optional<AutoPromotion> promotion) {
    this.context = context;
    this.layer = layer;
    this.settings = settings;
    this.listener = listener;
    this.promotion = promotion;
  }

  /**
   * Runs to the end.
   *
   * @param plans the versions to begin
   * @param versions the versions to go on with, by view
   * @return what was done, empty if all versions were retired meanwhile
   */
  Optional<RunReport> run(List<ReplayPlan> plans, Map<String, Long> versions) {
    for (ReplayPlan plan : plans) { // before anything is begun
      long after =
          context.readAfter(
              context.application().view(plan.view().name()), plan.backfill().after());
      LogHistory.requireWhole(context, new EpochRange(after, Long.MAX_VALUE));
    }
    Optional<LogEnd> until =
        settings.untilCaughtUp() ? Optional.of(SpeedRun.endOf(context)) : Optional.empty();
    try (Heartbeat heartbeat = Heartbeat.begin(context, layer)) {
      long run = heartbeat.run();
      listener.started(layer, run);
      Map<String, OpenSlice> slices = new LinkedHashMap<>();
      new Backfill<>(context, layer, settings, listener)
          .run(run, plans)
          .forEach(slice -> slices.put(slice.view(), slice));
      List<OpenSlice> opened = new ArrayList<>();
      versions.forEach(
          (view, version) ->
              opened.add(
                  context
                      .lifecycle()
                      .takeOver(run, context.ref(context.application().view(view)), version)));
      opened.forEach(slice -> slices.put(slice.view(), slice));
      listener.goesOn(run, opened);
      LogHistory.requireWhole(
          context, new EpochRange(context.readAfter(slices.values()), Long.MAX_VALUE));
      heartbeat.follows(slices.values());
      return follow(run, slices, until);
    }
  }

  /** Goes on with the versions that are left if others are retired meanwhile. */
  private Optional<RunReport> follow(long run, Map<String, OpenSlice> all, Optional<LogEnd> until) {
    Map<String, OpenSlice> slices = new LinkedHashMap<>(all);
    while (true) {
      Following<E> following =
          new Following<>(context, layer, run, slices, until, settings.throttle());
      try {
        Optional<RunReport> done = follow(following, slices);
        if (done.isPresent()) {
          return done;
        }
      } catch (UserException e) { // of a write to a version that was retired, perhaps
        if (!slices.values().removeIf(this::isRetired)) {
          throw e;
        }
      }
      slices.values().removeIf(this::isRetired);
      if (slices.isEmpty()) {
        listener.retired(run);
        return Optional.empty();
      }
      if (isTakenOver(slices.values())) {
        throw takenOver();
      }
      slices.replaceAll(
          (view, slice) ->
              context
                  .lifecycle()
                  .takeOver(run, context.ref(context.application().view(view)), slice.version()));
    }
  }

  private Optional<RunReport> follow(Following<E> following, Map<String, OpenSlice> slices) {
    try (Background background = new Background()) {
      Future<RunReport> report = background.start(() -> following.run(settings.stop()));
      try {
        return end(report, slices);
      } finally {
        if (!report.isDone()) { // else it was not stopped
          settings.stop().request();
        }
      }
    }
  }

  /** Waits for the end, and does what there is to do meanwhile. */
  private Optional<RunReport> end(Future<RunReport> report, Map<String, OpenSlice> slices) {
    allBegun = false;
    while (!Background.isDone(report)) {
      if (!settings.stop().isRequested()) {
        look(slices.values());
      }
    }
    if (takenOver) {
      throw takenOver();
    }
    RunReport result = Background.result(report);
    if (!settings.stop().isRequested()) {
      promotion.ifPresent(each -> each.atTheEnd(slices.values()));
    }
    return retired ? Optional.empty() : Optional.of(result);
  }

  /** What there is to do while the run goes on; if the store does not answer, the next time. */
  private void look(Collection<OpenSlice> slices) {
    try {
      if (slices.stream().allMatch(this::isRetired)) {
        retired = true;
        settings.stop().request();
      } else if (isTakenOver(slices)) {
        takenOver = true;
        settings.stop().request();
      } else {
        promotion.ifPresent(each -> each.look(slices));
      }
    } catch (UserException e) {
      // somebody locks the store; what the run itself writes will fail if it lasts
    }
  }

  /** Whether another run took over a slice that this run fills. */
  private boolean isTakenOver(Collection<OpenSlice> slices) {
    long run = slices.iterator().next().run();
    int read = context.runs().readings(run).size();
    allBegun |= read >= slices.size();
    return allBegun && read < slices.stream().filter(slice -> !isRetired(slice)).count();
  }

  private static UserException takenOver() {
    return new UserException(
        "another run took over the versions of this one, or the architecture was changed. This run stops. Run each version once at a time");
  }

  private boolean isRetired(OpenSlice slice) {
    return isRetired(context, slice);
  }

  /** Whether a slice's version was given up. */
  static boolean isRetired(RunContext<?> context, OpenSlice slice) {
    return context.catalog().version(slice.version()).map(VersionState::isRetired).orElse(true);
  }
}
