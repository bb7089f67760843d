/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static java.util.Comparator.comparingLong;

import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.Reading;
import io.anabranch.api.spi.Reconciliation;
import io.anabranch.api.spi.VersionRole;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.SliceStats;
import io.anabranch.api.spi.store.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What the wide interface returns of a view for people. */
final class Statuses {
  private final Snapshot snapshot;
  private final CatalogState state;
  private final Map<Long, Reading> readings;

  Statuses(Snapshot snapshot, CatalogState state, Map<Long, Reading> readings) {
    this.snapshot = snapshot;
    this.state = state;
    this.readings = readings;
  }

  ViewStatus of(
      ViewCatalog view, Optional<Reconciliation> reconciliation, List<DeadLetter> untimely) {
    Optional<Version> base =
        Pointers.base(view).isPresent()
            ? view.version(Pointers.base(view).getAsLong())
            : Optional.empty();
    long countedIn =
        base.map(version -> untimely.stream().filter(letter -> countsIn(version, letter)).count())
            .orElse(0L);
    return new ViewStatus(
        Pointers.of(view, state.entries().get(view.view()).revision(), state),
        view.versions().stream().map(version -> version(view, version)).toList(),
        reconciliation,
        untimely.size(),
        countedIn);
  }

  private static boolean countsIn(Version version, DeadLetter letter) {
    return version.wholeThrough().isPresent()
        && version.countedInThrough().isPresent()
        && letter.place().epoch() <= version.wholeThrough().getAsLong()
        && letter.eventTime().orElseThrow().toEpochMilli()
            <= version.countedInThrough().getAsLong();
  }

  private ViewStatus.Version version(ViewCatalog view, Version version) {
    return new ViewStatus.Version(
        version.id(),
        version.kind().word(),
        role(view.pointer(), version.id()),
        version.view().fingerprint(),
        version.created(),
        version.slices().stream()
            .sorted(comparingLong(Slice::after).thenComparing(Slice::rows))
            .map(this::slice)
            .toList());
  }

  private static VersionRole role(LivePointer pointer, long version) {
    if (pointer.live().contains(version)) {
      return VersionRole.LIVE;
    }
    OptionalLong wanted = OptionalLong.of(version);
    return pointer instanceof LivePointer.Kappa kappa && kappa.previous().equals(wanted)
        ? VersionRole.FORMER
        : pointer instanceof LivePointer.Kappa kappa && kappa.candidate().equals(wanted)
            ? VersionRole.CANDIDATE
            : VersionRole.NONE;
  }

  private ViewStatus.Slice slice(Slice slice) {
    return new ViewStatus.Slice(
        slice.rows(),
        slice.epochs(),
        slice.run().orElse(0),
        slice.isShown(),
        slice.follows()
            ? state.completeThrough(slice.rows())
            : slice.isShown() ? OptionalLong.of(slice.through()) : OptionalLong.empty(),
        slice.stats().map(SliceStats::count).orElseGet(() -> snapshot.stats(slice.range()).count()),
        Optional.ofNullable(readings.get(slice.rows())));
  }
}
