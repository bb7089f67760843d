/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.SlicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  /** What to do in Lambda if rows were computed from another state of the log. */
  static final String RECOMPUTE =
      "close the epochs that were read (\"anabranch close\") and compute all anew:"
          + " \"anabranch run --layer batch --full\"";

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
      Optional<LivePointer> pointer = context.store().pointer(view.name());
      if (pointer.isPresent()) {
        requireSameSource(context, pointer.get());
        if (full) {
          LogHistory.requireNothingRemoved(context, pointer.get(), Epochs.NONE);
        } else {
          requireSameDefinition(pointer.get(), view);
          LogHistory.requireSame(context, pointer.get(), RECOMPUTE);
        }
      }
      long reached = pointer.map(LivePointer::baseThrough).orElse(Epochs.NONE);
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
  static UserException closedLess(
      RunContext<?> context, String view, long reached, long closedThrough) {
    Epochs epochs = context.log().epochs();
    return new UserException(
        "view \"%s\": the batch version reaches %s, but %s: epochs of the log were lost, or it is another one. Restore the log, or set log.path; if only its file \"closed\" was lost, close the epochs again: \"anabranch close --through %s\""
            .formatted(
                view,
                epochs.end(reached),
                closedThrough == Epochs.NONE
                    ? "no epoch of the log is closed"
                    : "the log is closed only through " + epochs.end(closedThrough),
                epochs.end(reached)));
  }

  static long closedThrough(RunContext<?> context) {
    LogEnd end = StreamRun.endOf(context);
    for (ViewDefinition<?, ?, ?, ?, ?> view : context.application().views()) {
      context
          .store()
          .pointer(view.name())
          .filter(pointer -> pointer.architecture() == Architecture.LAMBDA)
          .filter(pointer -> pointer.log().equals(context.log().id()))
          .filter(pointer -> pointer.baseThrough() > end.closedThrough())
          .ifPresent(
              pointer -> {
                throw closedLess(context, view.name(), pointer.baseThrough(), end.closedThrough());
              });
    }
    return end.lastClosedWithRecords()
        .orElseThrow(
            () ->
                new UserException(
                    "no epoch of the log is closed, and batch reads closed epochs only: close"
                        + " the first, with \"anabranch close --through "
                        + context.log().epochs().end(end.firstEpoch())
                        + "\"; epochs of records ingested without --at close by themselves"));
  }

  /** The store checks it too, but there may be nothing to store. */
  private static void requireSameSource(RunContext<?> context, LivePointer pointer) {
    requireSameLog(context, pointer);
    if (pointer.architecture() != Architecture.LAMBDA) {
      throw new UserException(
          "the store serves view \""
              + pointer.view()
              + "\" by the architecture "
              + pointer.architecture().word()
              + ", not lambda: set architecture back, or use another store.url");
    }
  }

  static void requireSameLog(RunContext<?> context, LivePointer pointer) {
    if (!pointer.log().equals(context.log().id())) {
      throw new UserException(
          "the store holds view \""
              + pointer.view()
              + "\" of another log: set log.path back, or use another store.url");
    }
  }

  private static void requireSameDefinition(
      LivePointer pointer, ViewDefinition<?, ?, ?, ?, ?> view) {
    List<String> changes = pointer.fingerprint().changesTo(view.fingerprint());
    if (!changes.isEmpty()) {
      throw new UserException(
          "the definition of view \""
              + view.name()
              + "\" is not the one that its stored rows were made by: "
              + String.join("; ", changes)
              + ". To compute it anew: run --layer batch --full, and then --layer speed, whose"
              + " former rows no longer count");
    }
  }
}
