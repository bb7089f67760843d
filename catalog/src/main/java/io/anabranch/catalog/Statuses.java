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
import java.util.Optional;
import java.util.OptionalLong;

/** What the wide interface returns of a view for people. */
final class Statuses {
  private final Snapshot snapshot;
  private final CatalogState state;

  Statuses(Snapshot snapshot, CatalogState state) {
    this.snapshot = snapshot;
    this.state = state;
  }

  /** Counts late events, and those that the batch version counts nevertheless. */
  static final class Late {
    private final Optional<Version> base;
    private long all;
    private long counted;

    Late(ViewCatalog view) {
      OptionalLong version = Pointers.base(view);
      this.base = version.isPresent() ? view.version(version.getAsLong()) : Optional.empty();
    }

    void add(DeadLetter letter) {
      all++;
      counted += base.filter(version -> countsIn(version, letter)).isPresent() ? 1 : 0;
    }
  }

  /**
   * Returns how far the run of a slice has read. A closed part of a row set that another slice
   * follows the log with has no reading of its own.
   */
  static Optional<Reading> reading(ViewCatalog view, Slice slice, CatalogState state) {
    boolean followedElsewhere =
        !slice.follows()
            && view.versions().stream()
                .flatMap(version -> version.slices().stream())
                .anyMatch(other -> other.follows() && other.rows() == slice.rows());
    return followedElsewhere
        ? Optional.empty()
        : Optional.ofNullable(state.readings().get(slice.rows()));
  }

  ViewStatus of(ViewCatalog view, Optional<Reconciliation> reconciliation, Late late) {
    return new ViewStatus(
        Pointers.of(view, state.entries().get(view.view()).revision(), state),
        view.versions().stream().map(version -> version(view, version)).toList(),
        reconciliation,
        late.all,
        late.counted);
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
            .map(slice -> slice(view, slice))
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

  private ViewStatus.Slice slice(ViewCatalog view, Slice slice) {
    return new ViewStatus.Slice(
        slice.rows(),
        slice.epochs(),
        slice.run().orElse(0),
        slice.isShown(),
        slice.follows()
            ? state.completeThrough(slice.rows())
            : slice.isShown() ? OptionalLong.of(slice.through()) : OptionalLong.empty(),
        slice.stats().map(SliceStats::count).orElseGet(() -> snapshot.stats(slice.range()).count()),
        reading(view, slice, state));
  }
}
