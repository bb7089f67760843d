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
        if (!full) {
          requireSameDefinition(pointer.get(), view);
        }
      }
      long reached = pointer.map(LivePointer::baseThrough).orElse(Epochs.NONE);
      if (reached > closed) {
        throw new UserException(
            "view \""
                + view.name()
                + "\": the batch version reaches "
                + context.log().epochs().end(reached)
                + ", but the log is closed only through "
                + context.log().epochs().end(closed)
                + ": the log has lost epochs, or is another one. Set log.path back, or use another"
                + " store.url");
      }
      long after = full ? Epochs.NONE : reached;
      if (after < through) {
        slices.add(plan(context, view, new EpochRange(after, through)));
        readAfter = Math.min(readAfter, context.readAfter(view, after));
      }
    }
    return new BatchPlan(slices, through, readAfter);
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

  static long closedThrough(RunContext<?> context) {
    LogEnd end = context.log().end();
    if (end.isEmpty()) {
      throw new UserException("the log is empty: ingest records first");
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
