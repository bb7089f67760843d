/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.LetterRange;
import io.anabranch.catalog.document.Premise;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionKind;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What several transitions do with versions and their slices. */
public final class Slices {
  private Slices() {}

  /** A slice that a run fills, and its version. */
  record Owned(Version version, Slice slice) {}

  /**
   * Finds the slice that a run fills and no reader sees.
   *
   * @throws CatalogException if the run is fenced and cannot write to it
   */
  static Owned owned(ViewCatalog catalog, Fence fence) {
    for (Version version : catalog.versions()) {
      for (Slice slice : version.slices()) {
        if (slice.rows() == fence.rows()
            && !slice.isShown()
            && slice.run().equals(OptionalLong.of(fence.run()))) {
          return new Owned(version, slice);
        }
      }
    }
    throw CatalogException.of(
        Code.FENCED,
        catalog.view(),
        "run %d is fenced and cannot write to its slice: %s",
        fence.run(),
        Optional.ofNullable(catalog.fences().get(fence.rows()))
            .map(held -> "run " + held.run() + " took over")
            .orElse("the slice is closed"));
  }

  static OpenSlice open(Version version, Slice slice) {
    return open(version, slice, slice.after());
  }

  /** Hands out a slice of which the epochs through one are complete. */
  static OpenSlice open(Version version, Slice slice, long after) {
    Fence fence =
        new Fence(version.view().name(), slice.rows(), slice.run().orElseThrow(), slice.after());
    long generation =
        slice.premise().orElse(null) instanceof Premise.Batch batch
            ? batch.generation()
            : version.generation();
    return new OpenSlice(version.id(), fence, new EpochRange(after, slice.through()), generation);
  }

  static ViewCatalog published(ViewCatalog catalog, Owned owned, SliceStats stats) {
    return catalog.map(
        owned.version().id(),
        version ->
            version.map(slice -> slice.equals(owned.slice()) ? slice.published(stats) : slice));
  }

  static Version version(
      VersionKind kind, ViewRef view, List<LetterRange> letters, TransitionContext context) {
    return new Version(
        context.nextVersion(),
        kind,
        view,
        context.now(),
        Optional.empty(),
        letters,
        OptionalLong.empty(),
        OptionalLong.empty(),
        List.of());
  }

  static List<LetterRange> newLetters(TransitionContext context) {
    return List.of(new LetterRange(context.generation(), EpochRange.ALL));
  }

  /** Returns the last epoch that is complete in a version. */
  static long completeThrough(Version version, TransitionContext context) {
    return version
        .shown()
        .mapToLong(
            slice ->
                slice.follows()
                    ? Math.max(slice.after(), context.completeThrough(slice.rows()))
                    : slice.through())
        .max()
        .orElse(NONE);
  }

  /** Returns the number of a version, if there is one. */
  public static OptionalLong id(Optional<Version> version) {
    return version.map(Version::id).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /** Returns the end of an epoch, for people. */
  static String end(Epochs epochs, long epoch) {
    return epoch == NONE ? "nothing" : epochs.end(epoch).toString();
  }
}
