/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.ViewStatus;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.transition.Compatibility;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.version.LogHistory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a replay is to compute, known before it runs.
 *
 * @param views what becomes of each view
 * @param reads the epochs to read, those open now included
 * @param size how much they hold now
 */
public record Replay(List<PlannedView> views, EpochRange reads, LogSize size) {

  /** Copies the views. */
  public Replay {
    views = List.copyOf(views);
  }

  /**
   * A view to compute anew.
   *
   * @param plan the version to compute
   * @param live the live version, empty if none is
   * @param changes how the definition differs from that of the live version
   * @param rows how many rows the live version holds of the epochs to compute, as an estimate
   */
  public record PlannedView(
      ReplayPlan plan, OptionalLong live, List<String> changes, OptionalLong rows) {

    /** Copies the changes. */
    public PlannedView {
      changes = List.copyOf(changes);
    }
  }

  /**
   * Plans a replay.
   *
   * @param views the views, empty for all
   * @param from the first epoch to compute anew, empty for the beginning of the log. It may begin
   *     earlier: where a slice of the live version ends
   * @throws UserException if the log is empty, a view is not served by Kappa, or older epochs are
   *     to be kept and there are none, or of another definition
   */
  public static <E> Replay of(RunContext<E> context, Collection<String> views, OptionalLong from) {
    views.forEach(context.application()::view);
    LogEnd end = SpeedRun.endOf(context);
    List<ViewStatus> status = ViewStatus.all(context.store());
    List<PlannedView> planned = new ArrayList<>();
    long readAfter = Long.MAX_VALUE;
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      if (views.isEmpty() || views.contains(view.name())) {
        Optional<ViewStatus> found =
            status.stream().filter(each -> each.state().view().equals(view.name())).findFirst();
        PlannedView one = plan(context, view, found, from, end);
        planned.add(one);
        readAfter = Math.min(readAfter, context.readAfter(view, one.plan().backfill().after()));
      }
    }
    EpochRange reads = new EpochRange(readAfter, Long.MAX_VALUE);
    return new Replay(planned, reads, context.log().size(reads));
  }

  /**
   * A version from the beginning of the log, where no version answers.
   *
   * @param end the log's, the same for all views of a run
   */
  static <E> ReplayPlan first(
      RunContext<E> context, ViewDefinition<E, ?, ?, ?, ?> view, LogEnd end) {
    return new ReplayPlan(context.ref(view), backfill(Epochs.NONE, end));
  }

  /** What is closed is read as bounded input. */
  private static EpochRange backfill(long after, LogEnd end) {
    long closed = end.lastClosedWithRecords().orElse(Epochs.NONE);
    return new EpochRange(after, Math.max(after, closed));
  }

  private static <E> PlannedView plan(
      RunContext<E> context,
      ViewDefinition<E, ?, ?, ?, ?> view,
      Optional<ViewStatus> status,
      OptionalLong from,
      LogEnd end) {
    long after = Epochs.NONE;
    if (from.isPresent()) {
      ViewStatus live =
          status
              .filter(each -> each.state().catalog().isLive())
              .orElseThrow(
                  () ->
                      CatalogException.of(
                          Code.NOTHING_TO_SHARE,
                          view.name(),
                          "there is no live version to share older epochs of"));
      Compatibility.requireSharable(live.state().catalog(), view.fingerprint());
      after = boundary(live.state(), from.getAsLong() - 1);
    }
    if (status.isPresent()) {
      LogHistory.requireNothingRemoved(context, status.get().state().catalog(), after);
    }
    EpochRange backfill = backfill(after, end);
    return new PlannedView(
        new ReplayPlan(context.ref(view), backfill),
        status.map(each -> each.state().base()).orElse(OptionalLong.empty()),
        status
            .map(each -> each.state().fingerprint().changesTo(view.fingerprint()))
            .orElse(List.of()),
        status.isPresent()
            ? OptionalLong.of(rows(status.get(), backfill.after()))
            : OptionalLong.empty());
  }

  /** Returns the last epoch, {@code most} at most, that slices of the live version end with. */
  private static long boundary(ViewState live, long most) {
    long boundary = Epochs.NONE;
    for (Slice slice : live.catalog().liveSlices()) {
      long complete = live.completeThrough(slice).orElse(Epochs.NONE);
      long end = slice.follows() ? Math.min(most, complete) : slice.through();
      if (slice.after() > most || end > most || end <= slice.after()) {
        break;
      }
      boundary = end;
    }
    return boundary;
  }

  private static long rows(ViewStatus status, long after) {
    return status.state().catalog().liveSlices().stream()
        .filter(slice -> slice.through() > after)
        .mapToLong(status::rows)
        .sum();
  }

  /** Returns the plans. */
  public List<ReplayPlan> plans() {
    return views.stream().map(PlannedView::plan).toList();
  }
}
