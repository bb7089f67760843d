/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.Compatibility;
import io.anabranch.catalog.transition.SlicePlan;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.RunException;
import io.anabranch.wiring.RunException.Code;
import io.anabranch.wiring.version.LogHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which batch slices there are to compute.
 *
 * @param slices one for each view that has closed epochs to come: from the beginning of the log for
 *     a new version, else from where its batch version ends
 * @param through the last of the epochs
 * @param readAfter the last epoch that no slice needs
 */
record BatchPlan(List<SlicePlan> slices, long through, long readAfter) {
  /**
   * Plans a run.
   *
   * @param full whether to compute every view anew, also by another definition than its stored rows
   * @param most the last epoch to compute, even if more are closed
   * @throws UserException if no epoch with records is closed, a definition changed, or the log ends
   *     before the batch version does
   */
  static <E> BatchPlan of(RunContext<E> context, boolean full, long most) {
    long closed = closedThrough(context);
    long through = Math.min(closed, most);
    List<SlicePlan> slices = new ArrayList<>();
    long readAfter = through;
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      ViewCatalog stored = context.catalog().load(view.name());
      Compatibility.requireSource(stored, context.ref(view), Architecture.LAMBDA);
      if (full) {
        LogHistory.requireNothingRemoved(context, stored, Epochs.NONE);
      } else {
        Compatibility.requireDefinition(stored, view.fingerprint());
        LogHistory.requireSame(context, stored);
      }
      long reached = stored.batchThrough();
      long after = full ? Epochs.NONE : reached;
      if (after < through) {
        slices.add(plan(context, view, new EpochRange(after, through)));
        readAfter = Math.min(readAfter, context.readAfter(view, after));
      }
    }
    BatchPlan plan = new BatchPlan(slices, through, readAfter);
    LogHistory.requireWhole(context, plan.reads());
    return plan;
  }

  /** What begins a version counts events in that were not in time. */
  private static <E> SlicePlan plan(
      RunContext<E> context, ViewDefinition<E, ?, ?, ?, ?> view, EpochRange epochs) {
    OptionalLong countedInThrough =
        view.timeliness().stream()
            .filter(timeliness -> epochs.after() == Epochs.NONE)
            .mapToLong(
                timeliness -> timeliness.countedInThrough(context.log().epochs(), epochs.through()))
            .findFirst();
    return new SlicePlan(context.ref(view), epochs, countedInThrough);
  }

  /** Returns the epochs to read: those of any slice, and what windows reach back. */
  EpochRange reads() {
    return new EpochRange(readAfter, through);
  }

  /** Returns the epochs to compute: those of any slice. */
  EpochRange epochs() {
    long after = slices.stream().mapToLong(plan -> plan.epochs().after()).min().orElse(through);
    return new EpochRange(after, through);
  }

  /** The batch version of a view reaches further than the log is closed. */
  static RunException closedLess(
      RunContext<?> context, String view, long reached, long closedThrough) {
    Epochs epochs = context.log().epochs();
    return RunException.at(
        epochs.end(reached),
        Code.LOG_SHORTER,
        "view \"%s\": the batch version reaches %s, but %s: epochs of the log were lost, or it is another one",
        view,
        epochs.end(reached),
        closedThrough == Epochs.NONE
            ? "no epoch of the log is closed"
            : "the log is closed only through " + epochs.end(closedThrough));
  }

  static long closedThrough(RunContext<?> context) {
    LogEnd end = SpeedRun.endOf(context);
    for (ViewRef view : context.refs()) {
      ViewCatalog stored = context.catalog().load(view.name());
      Compatibility.requireLog(stored, view);
      if (stored.batchThrough() > end.closedThrough()) {
        throw closedLess(context, view.name(), stored.batchThrough(), end.closedThrough());
      }
    }
    return end.lastClosedWithRecords()
        .orElseThrow(
            () ->
                RunException.at(
                    context.log().epochs().end(end.firstEpoch()),
                    Code.NOTHING_CLOSED,
                    "no epoch of the log is closed, and batch reads closed epochs only"));
  }
}
