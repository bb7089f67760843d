/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.SideBySide;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.transition.Compatibility;
import io.anabranch.serving.RowComparison;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.RunException;
import io.anabranch.wiring.pipeline.Pipelines;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.pipeline.Views;
import io.anabranch.wiring.upkeep.Heartbeat;
import io.anabranch.wiring.version.LogHistory;
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
   * @param read what became of the records of these epochs, when they were read
   * @param differences how what is served ("live") differs from what the log says
   */
  public record Report(long through, RecordCounts read, RowDifferences differences) {}

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
            "view \"%s\": batch moved the line to speed during each of %s verifications: verify again while no batch runs"
                .formatted(view.name(), ATTEMPTS));
      }
    }
  }

  /**
   * Returns nothing if a version or a slice was changed meanwhile, so that rows of other epochs
   * would mix.
   */
  private static <E> Optional<Report> attempt(
      RunContext<E> context, ViewDefinition<E, ?, ?, ?, ?> view, LongConsumer started) {
    ViewState live = live(context, view);
    long through = through(context, live);
    EpochRange epochs = new EpochRange(Epochs.NONE, through);
    requireInLog(context, live.catalog(), epochs);
    try (Heartbeat heartbeat = Heartbeat.begin(context, "verify")) {
      OpenSlice slice = context.lifecycle().openScratch(heartbeat.run(), context.ref(view), epochs);
      try {
        started.accept(heartbeat.run());
        Pipeline pipeline = context.pipeline();
        pipeline
            .apply("Log", context.log().read(epochs))
            .apply(
                "Views",
                Views.into(Map.of(view.name(), slice), context, through)
                    .inOneEpoch()
                    .countingInThrough(live.wholeThrough())
                    .withoutDeadLetters());
        RecordCounts read = Pipelines.runToEnd(pipeline, "verify");
        return compare(context, view, slice, epochs, live)
            .map(differences -> new Report(through, read, differences));
      } finally {
        context.lifecycle().discard(List.of(slice));
      }
    }
  }

  private static void requireInLog(RunContext<?> context, ViewCatalog view, EpochRange epochs) {
    List<EpochChange> removed =
        LogHistory.of(
            EpochChange.Kind.REMOVED, LogHistory.changes(context.log(), context.store(), view));
    if (!removed.isEmpty()) {
      throw new UserException(
          "view \"%s\" cannot be verified, as it holds epochs that the log no longer holds: %s"
              .formatted(view.view(), LogHistory.text(removed)));
    }
    LogHistory.requireWhole(context, epochs);
  }

  private static <K, A, O> Optional<RowDifferences> compare(
      RunContext<?> context,
      ViewDefinition<?, K, ?, A, O> view,
      OpenSlice slice,
      EpochRange epochs,
      ViewState before) {
    RowComparison<K, A, O> comparison = RowComparison.of(view);
    ViewState now = SideBySide.liveAnd(slice, epochs, context.store(), comparison);
    Compatibility.requireDefinition(now.catalog(), view.fingerprint());
    boolean moved =
        now.batchThrough() > epochs.through()
            || now.wholeThrough() != before.wholeThrough(); // other late events are counted in
    return moved ? Optional.empty() : Optional.of(comparison.result());
  }

  private static <E> ViewState live(RunContext<E> context, ViewDefinition<E, ?, ?, ?, ?> view) {
    ViewState live =
        context
            .catalog()
            .live(view.name())
            .orElseThrow(
                () ->
                    new CatalogException(
                        Code.NOT_COMPUTED, "view \"" + view.name() + "\" has no answer yet"));
    Compatibility.requireDefinition(live.catalog(), view.fingerprint());
    Compatibility.requireLog(live.catalog(), context.ref(view));
    return live;
  }

  private static long through(RunContext<?> context, ViewState live) {
    LogEnd end = context.log().end();
    long batch = live.batchThrough();
    if (batch > end.closedThrough()) {
      throw BatchPlan.closedLess(context, live.view(), batch, end.closedThrough());
    }
    long through = Math.min(end.closedThrough(), Math.max(batch, live.completeThrough()));
    if (through == Epochs.NONE) {
      throw RunException.of(
          RunException.Code.NOTHING_COMPLETE,
          "view \"%s\" has no closed epoch that is complete yet, and an open one still changes",
          live.view());
    }
    return through;
  }
}
