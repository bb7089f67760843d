/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.version;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.SideBySide;
import io.anabranch.catalog.ViewState;
import io.anabranch.serving.RowComparison;
import io.anabranch.wiring.RunContext;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Compares a batch slice with the live rows of the same epochs until it is published: speed rows,
 * and in a new version those of the previous one.
 */
public final class Reconcile {
  private Reconcile() {}

  /** Returns what it found, empty if the view had no answer before. */
  public static <E> Optional<Reconciliation> of(
      RunContext<E> context, long run, OpenSlice slice, EpochRange epochs) {
    ViewDefinition<E, ?, ?, ?, ?> view = context.application().view(slice.view());
    Optional<ViewState> before = context.catalog().live(slice.view());
    if (before.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> skipped = skipped(context, before.get(), view, epochs);
    RowDifferences found =
        skipped.isPresent()
            ? RowDifferences.NONE
            : compare(context, view, before.get(), slice, epochs);
    return Optional.of(
        new Reconciliation(slice.view(), run, epochs, Instant.now(), found, skipped));
  }

  /** The times of the late events that a run over all epochs counts. */
  private static List<Instant> counted(
      RunContext<?> context,
      ViewDefinition<?, ?, ?, ?, ?> view,
      Timeliness timeliness,
      EpochRange epochs) {
    long through = timeliness.countedInThrough(context.log().epochs(), epochs.through());
    return context.deadLetters().lateTimes(context.catalog().load(view.name())).stream()
        .filter(time -> time.toEpochMilli() <= through)
        .toList();
  }

  private static Optional<String> skipped(
      RunContext<?> context,
      ViewState before,
      ViewDefinition<?, ?, ?, ?, ?> view,
      EpochRange epochs) {
    if (!before.fingerprint().equals(view.fingerprint())) {
      return Optional.of("the definition changed");
    }
    long reached =
        before.speed().isPresent()
            ? Math.max(before.batchThrough(), before.completeThrough())
            : before.batchThrough();
    if (reached < epochs.through()) {
      return Optional.of(
          before.speed().isEmpty()
              ? "no speed layer was there"
              : reached == Epochs.NONE
                  ? "speed had completed no epoch"
                  : "speed was complete only through " + context.log().epochs().end(reached));
    }
    return Optional.empty();
  }

  private static <K, A, O> RowDifferences compare(
      RunContext<?> context,
      ViewDefinition<?, K, ?, A, O> view,
      ViewState before,
      OpenSlice slice,
      EpochRange epochs) {
    RowComparison<K, A, O> comparison = RowComparison.of(view);
    if (slice.after() == Epochs.NONE) { // it counts events that came too late before
      view.timeliness()
          .ifPresent(
              timeliness ->
                  comparison.expectingLate(
                      counted(context, view, timeliness, epochs), timeliness.lookback()));
    }
    ViewState now = SideBySide.liveAnd(slice, epochs, context.store(), comparison);
    if (!now.base().equals(before.base()) || now.batchThrough() != before.batchThrough()) {
      throw new UserException(
          "view \"%s\": another batch run published version %s meanwhile; this run leaves everything as it is. Run batch again if it is needed"
              .formatted(view.name(), now.base().orElse(0)));
    }
    return comparison.result();
  }
}
