/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.version;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.catalog.SideBySide;
import io.anabranch.catalog.VersionState;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.serving.RowComparison;
import io.anabranch.wiring.RunContext;
import java.util.List;
import java.util.Optional;

/**
 * Two versions of a view, held against each other over the epochs that are complete in both.
 *
 * @param view the view's name
 * @param live the live version, or the first of two
 * @param other the version that is held against it
 * @param through the last epoch of both, {@link Epochs#NONE} if no epoch is complete in both
 * @param result what was found, nothing if it was skipped
 * @param skipped why rows were not compared, empty if they were
 * @param changes how the other version's definition differs, one sentence for each part
 */
public record VersionComparison(
    String view,
    long live,
    long other,
    long through,
    RowDifferences result,
    Optional<String> skipped,
    List<String> changes) {

  /** Copies the changes. */
  public VersionComparison {
    changes = List.copyOf(changes);
  }

  /**
   * Compares two versions.
   *
   * @param equalWithin the relative difference of numbers, 0 to 1, that does not count
   * @throws UserException if one of them is no version of the view
   */
  public static <E> VersionComparison of(
      RunContext<E> context,
      ViewDefinition<E, ?, ?, ?, ?> view,
      long live,
      long other,
      double equalWithin) {
    VersionState one = state(context, view.name(), live);
    VersionState two = state(context, view.name(), other);
    List<String> changes = one.fingerprint().changesTo(two.fingerprint());
    long through = Math.min(one.completeThrough(), two.completeThrough());
    Optional<String> skipped = skipped(view, one, two, through);
    if (skipped.isEmpty()) {
      skipped =
          cut(context.log().epochs(), live, one, through)
              .or(() -> cut(context.log().epochs(), other, two, through));
    }
    RowDifferences result =
        skipped.isPresent()
            ? RowDifferences.NONE
            : compare(context, view, live, other, through, equalWithin);
    return new VersionComparison(view.name(), live, other, through, result, skipped, changes);
  }

  private static VersionState state(RunContext<?> context, String view, long version) {
    VersionState state = context.catalog().requireVersion(version);
    if (!state.view().equals(view)) {
      throw new CatalogException(
          Code.UNKNOWN_VERSION,
          "version " + version + " is of view \"" + state.view() + "\", not of \"" + view + "\"");
    }
    return state;
  }

  private static Optional<String> skipped(
      ViewDefinition<?, ?, ?, ?, ?> view, VersionState one, VersionState two, long through) {
    Fingerprint own = view.fingerprint();
    if (!one.fingerprint().isReadableAs(two.fingerprint())) {
      return Optional.of("rows of the two definitions cannot be compared");
    }
    if (!own.isReadableAs(one.fingerprint())) {
      return Optional.of("this code cannot read their rows, as its definition is another");
    }
    return through == Epochs.NONE
        ? Optional.of("no closed epoch is complete in both")
        : Optional.empty();
  }

  /** Rows of a backfill are of all its epochs together, so it cannot be divided. */
  private static Optional<String> cut(
      Epochs epochs, long version, VersionState state, long through) {
    return state.epochs().stream()
        .filter(slice -> slice.after() < through)
        .mapToLong(EpochRange::through)
        .filter(end -> end > through && end < Long.MAX_VALUE)
        .mapToObj(
            end ->
                String.format(
                    "version %d holds the epochs through %s in one slice, and the other is complete only through %s: let that one go on",
                    version, epochs.end(end), epochs.end(through)))
        .findFirst();
  }

  private static <E, K, A, O> RowDifferences compare(
      RunContext<E> context,
      ViewDefinition<E, K, ?, A, O> view,
      long live,
      long other,
      long through,
      double equalWithin) {
    RowComparison<K, A, O> comparison = RowComparison.of(view, equalWithin);
    SideBySide.versions(view.name(), live, other, through, context.store(), comparison);
    return comparison.result();
  }
}
