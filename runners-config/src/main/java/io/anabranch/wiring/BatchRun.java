/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.SliceRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.beam.sdk.Pipeline;

/**
 * The batch layer of Lambda: computes all views anew from the closed epochs of the log, and
 * promotes them together once every row is stored. A run that fails leaves nothing that a reader
 * sees.
 */
public final class BatchRun {
  private BatchRun() {}

  /**
   * Runs to the end.
   *
   * @param full whether a view may be computed anew by another definition than its stored rows
   * @param started gets the run's number before the pipeline starts
   * @throws UserException if no epoch with records is closed, a definition changed, or another run
   *     was faster
   */
  public static <E> RunReport run(RunContext<E> context, boolean full, LongConsumer started) {
    LogEnd end = context.log().end();
    if (end.isEmpty()) {
      throw new UserException("the log is empty: ingest records first");
    }
    long through =
        end.lastClosedWithRecords()
            .orElseThrow(
                () ->
                    new UserException(
                        "no epoch of the log is closed, and batch reads closed epochs only: close"
                            + " the first, with \"anabranch close --through "
                            + context.log().epochs().end(end.firstEpoch())
                            + "\"; epochs of records ingested without --at close by themselves"));
    if (!full) {
      context.application().views().forEach(view -> requireSameDefinition(context, view));
    }
    EpochRange epochs = new EpochRange(Epochs.NONE, through);
    long run = context.store().beginRun("batch");
    Map<String, SliceRef> slices =
        context.byView(context.store().openBatchSlices(run, context.refs(), epochs));
    started.accept(run);
    Pipeline pipeline = Pipeline.create(context.options());
    pipeline
        .apply("Log", context.log().readClosed(epochs))
        .apply("Views", Views.into(slices, context).inOneEpoch(through));
    Pipelines.runToEnd(pipeline, "batch");
    context.store().promote(slices.values());
    return new RunReport(run, through, context.store().rowsWritten(run));
  }

  private static <E> void requireSameDefinition(
      RunContext<E> context, ViewDefinition<E, ?, ?, ?, ?> view) {
    Optional<LivePointer> pointer = context.store().pointer(view.name());
    List<String> changes =
        pointer.map(live -> live.fingerprint().changesTo(view.fingerprint())).orElse(List.of());
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
