/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.spi.store.CatalogState;
import java.util.Optional;
import java.util.OptionalLong;

/** The pointer of the wide interface. */
final class Pointers {
  private Pointers() {}

  static io.anabranch.api.spi.LivePointer of(ViewCatalog view, long revision, CatalogState state) {
    Version shown = described(view).orElseThrow();
    OptionalLong base = base(view);
    Optional<Version> following =
        view.speed().or(() -> base.isPresent() ? view.version(base.getAsLong()) : Optional.empty());
    return new io.anabranch.api.spi.LivePointer(
        view.view(),
        revision,
        view.architecture(),
        shown.view().fingerprint(),
        shown.view().epochLength(),
        shown.view().log(),
        base,
        view.architecture() == Architecture.KAPPA ? Long.MAX_VALUE : view.line(),
        base.isPresent() ? shown.wholeThrough().orElse(NONE) : NONE,
        Slices.id(view.speed()),
        following.map(version -> completeThrough(version, state)).orElse(NONE),
        view.pointer() instanceof LivePointer.Kappa kappa ? kappa.previous() : OptionalLong.empty(),
        view.pointer() instanceof LivePointer.Kappa kappa
            ? kappa.candidate()
            : OptionalLong.empty());
  }

  static OptionalLong base(ViewCatalog view) {
    return view.pointer() instanceof LivePointer.Kappa kappa
        ? kappa.version()
        : Slices.id(view.batch());
  }

  /** Returns the version whose definition the view has: a live one, or the first candidate. */
  static Optional<Version> described(ViewCatalog view) {
    return view.live().stream()
        .findFirst()
        .or(() -> view.pointer().waiting().boxed().findFirst().flatMap(view::version));
  }

  /** Returns the last epoch that is known to be complete in a version. */
  static long completeThrough(Version version, CatalogState state) {
    return version
        .shown()
        .mapToLong(
            slice ->
                slice.follows()
                    ? state.completeThrough(slice.rows()).orElse(NONE)
                    : slice.through())
        .max()
        .orElse(NONE);
  }
}
