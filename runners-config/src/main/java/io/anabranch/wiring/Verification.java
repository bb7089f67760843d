/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.EpochChange;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.RowDifferences;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.serving.RowComparison;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.beam.sdk.Pipeline;

/**
 * Computes a view anew from the log, in batch, and compares every row with what is served. It reads
 * the closed epochs that are complete in what is served, and changes nothing that a reader sees.
 */
public final class Verification {
  private static final int ATTEMPTS = 3;

  private Verification() {}

  /**
   * What a verification found.
   *
   * @param through the last epoch that was compared
   * @param records how many records were read
   * @param differences how what is served ("live") differs from what the log says
   */
  public record Report(long through, long records, RowDifferences differences) {}

  /**
   * Verifies a view.
   *
   * @param started gets the run's number before the pipeline starts
   * @throws UserException if the view has no answer, its definition changed, or no closed epoch is
   *     complete in it
   */
  public static <E> Report of(
      RunContext<E> context, ViewDefinition<E, ?, ?, ?, ?> view, LongConsumer started) {
    for (int attempt = 1; ; attempt++) {
      Optional<Report> report = attempt(context, view, started);
      if (report.isPresent()) {
        return report.get();
      }
      if (attempt == ATTEMPTS) {
        throw new UserException(
            "view \""
                + view.name()
                + "\": batch moved the line to speed during each of "
                + ATTEMPTS
                + " verifications: verify again while no batch runs");
      }
    }
  }

  /** Returns nothing if a promotion came between, so that rows of other epochs would mix. */
  private static <E> Optional<Report> attempt(
      RunContext<E> context, ViewDefinition<E, ?, ?, ?, ?> view, LongConsumer started) {
    LivePointer pointer = pointer(context, view);
    long through = through(context, pointer);
    EpochRange epochs = new EpochRange(Epochs.NONE, through);
    requireInLog(context, pointer, epochs);
    try (Heartbeat heartbeat = Heartbeat.begin(context, "verify")) {
      SliceRef slice = context.store().openScratchSlice(heartbeat.run(), context.ref(view), epochs);
      try {
        started.accept(heartbeat.run());
        Pipeline pipeline = context.pipeline();
        pipeline
            .apply("Log", context.log().readClosed(epochs))
            .apply(
                "Views",
                Views.into(Map.of(view.name(), slice), context, through)
                    .inOneEpoch()
                    .countingInThrough(pointer.wholeThrough())
                    .withoutDeadLetters());
        long records = Pipelines.runToEnd(pipeline, "verify").records();
        return compare(context, view, slice, epochs, pointer)
            .map(differences -> new Report(through, records, differences));
      } finally {
        context.store().discard(List.of(slice));
      }
    }
  }

  private static void requireInLog(RunContext<?> context, LivePointer pointer, EpochRange epochs) {
    List<EpochChange> removed =
        LogHistory.of(
            EpochChange.Kind.REMOVED, LogHistory.changes(context.log(), context.store(), pointer));
    if (!removed.isEmpty()) {
      throw new UserException(
          "view \"%s\" cannot be verified, as it holds epochs that the log no longer holds: %s"
              .formatted(pointer.view(), LogHistory.text(removed)));
    }
    LogHistory.requireWhole(context, epochs);
  }

  private static <K, A, O> Optional<RowDifferences> compare(
      RunContext<?> context,
      ViewDefinition<?, K, ?, A, O> view,
      SliceRef slice,
      EpochRange epochs,
      LivePointer before) {
    RowComparison<K, A, O> comparison = RowComparison.of(view);
    LivePointer pointer = context.store().readBeside(slice, epochs, comparison).orElseThrow();
    requireSameDefinition(pointer, view);
    boolean moved =
        (pointer.baseThrough() > epochs.through() && pointer.baseThrough() != Long.MAX_VALUE)
            || pointer.wholeThrough() != before.wholeThrough(); // other late events are counted in
    return moved ? Optional.empty() : Optional.of(comparison.result());
  }

  private static <E> LivePointer pointer(
      RunContext<E> context, ViewDefinition<E, ?, ?, ?, ?> view) {
    LivePointer pointer =
        context
            .store()
            .pointer(view.name())
            .orElseThrow(
                () ->
                    new UserException(
                        "view \""
                            + view.name()
                            + "\" has no answer yet: compute it first, with \"anabranch run\""));
    requireSameDefinition(pointer, view);
    BatchPlan.requireSameLog(context, pointer);
    return pointer;
  }

  private static long through(RunContext<?> context, LivePointer pointer) {
    LogEnd end = context.log().end();
    long base = pointer.baseThrough() == Long.MAX_VALUE ? Epochs.NONE : pointer.baseThrough();
    if (base > end.closedThrough()) {
      throw BatchPlan.closedLess(context, pointer.view(), base, end.closedThrough());
    }
    long through = Math.min(end.closedThrough(), Math.max(base, pointer.completeThrough()));
    if (through == Epochs.NONE) {
      throw new UserException(
          "view \""
              + pointer.view()
              + "\" has no closed epoch that is complete yet, and an open one still changes: close"
              + " one (\"anabranch close\") and run the view until it has caught up");
    }
    return through;
  }

  private static void requireSameDefinition(
      LivePointer pointer, ViewDefinition<?, ?, ?, ?, ?> view) {
    List<String> changes = pointer.fingerprint().changesTo(view.fingerprint());
    if (!changes.isEmpty()) {
      throw new UserException(
          "what is served of view \""
              + view.name()
              + "\" was made by another definition: "
              + String.join("; ", changes)
              + ". Verify it with the code that made it, or compute it anew first"
              + (pointer.architecture() == Architecture.LAMBDA
                  ? ": run --layer batch --full"
                  : ""));
    }
  }
}
