/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.LetterRange;
import io.anabranch.catalog.document.LivePointer;
import io.anabranch.catalog.document.LivePointer.Kappa;
import io.anabranch.catalog.document.LivePointer.Lambda;
import io.anabranch.catalog.document.Premise;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionKind;
import io.anabranch.catalog.document.ViewCatalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/** How versions change their architecture, and how they end. Pure functions. */
public final class VersionTransitions {
  private VersionTransitions() {}

  /**
   * Lets the live versions go on by another architecture; no row moves and no answer changes. All
   * runs are fenced. The candidate and the previous version are retired.
   */
  public static ViewCatalog changeArchitecture(
      ViewCatalog catalog, Architecture to, TransitionContext context) {
    if (catalog.architecture() == to) {
      return catalog;
    }
    ViewCatalog next = catalog;
    for (long waiting : catalog.pointer().waiting().toArray()) {
      next = retire(next, waiting, context);
    }
    if (!next.isLive()) {
      return next.pointingTo(LivePointer.none());
    }
    next = next.withVersions(next.versions().stream().map(Version::withoutOwners).toList());
    return to == Architecture.KAPPA ? toKappa(next, context) : toLambda(next, context);
  }

  /** The slices of speed become the end of the batch version. */
  private static ViewCatalog toKappa(ViewCatalog catalog, TransitionContext context) {
    Version live = catalog.batch().or(catalog::speed).orElseThrow();
    List<Slice> slices = new ArrayList<>(live.slices());
    List<LetterRange> letters = new ArrayList<>();
    List<Version> versions = new ArrayList<>();
    for (Version version : catalog.versions()) {
      boolean merged = catalog.batch().isPresent() && catalog.speed().equals(Optional.of(version));
      if (merged) {
        slices.addAll(version.slices());
        long line = catalog.batchThrough();
        letters.addAll(live.letters(new EpochRange(NONE, line)));
        letters.addAll(version.letters(new EpochRange(line, Long.MAX_VALUE)));
      } else {
        versions.add(version);
      }
    }
    return catalog
        .withVersions(versions)
        .map(
            live.id(),
            version ->
                takingLetters(
                        letters.isEmpty() ? version : version.withLetters(letters),
                        catalog.batchThrough(),
                        context)
                    .withSlices(slices)
                    .as(VersionKind.KAPPA))
        .pointingTo(
            new Kappa(OptionalLong.of(live.id()), OptionalLong.empty(), OptionalLong.empty()));
  }

  private static Version takingLetters(Version version, long line, TransitionContext context) {
    return version.takesLetters() ? version : version.withLettersAfter(line, context.generation());
  }

  /** Complete epochs become the batch version's, and the others those of speed. */
  private static ViewCatalog toLambda(ViewCatalog catalog, TransitionContext context) {
    Version live = catalog.live().get(0);
    Optional<Slice> following = live.following();
    if (following.isEmpty()) {
      return catalog
          .map(live.id(), version -> version.as(VersionKind.BATCH))
          .pointingTo(new Lambda(OptionalLong.of(live.id()), OptionalLong.empty()));
    }
    Slice follow = following.get();
    long line = Math.max(follow.after(), context.completeThrough(follow.rows()));
    if (line == NONE) {
      return catalog
          .map(live.id(), version -> version.as(VersionKind.SPEED))
          .pointingTo(new Lambda(OptionalLong.empty(), OptionalLong.of(live.id())));
    }
    Version speed =
        Slices.version(VersionKind.SPEED, live.view(), live.letters(), context)
            .plus(follow.within(new EpochRange(line, Long.MAX_VALUE)));
    return catalog
        .map(live.id(), version -> closed(version, follow, line, context))
        .plus(speed)
        .pointingTo(new Lambda(OptionalLong.of(live.id()), OptionalLong.of(speed.id())));
  }

  /** What batch sets aside after the line is not what was set aside there before. */
  private static Version closed(
      Version version, Slice follow, long line, TransitionContext context) {
    List<Slice> slices = new ArrayList<>(version.slices());
    slices.remove(follow);
    if (line > follow.after()) {
      slices.add(follow.within(new EpochRange(follow.after(), line)));
    }
    return version
        .withSlices(slices)
        .withLettersAfter(line, context.generation())
        .as(VersionKind.BATCH);
  }

  /**
   * Gives up a version that is not live. Its rows stay until it is {@linkplain #collect garbage}.
   */
  public static ViewCatalog retire(ViewCatalog catalog, long version, TransitionContext context) {
    catalog.requireVersion(version);
    if (catalog.pointer().live().contains(version)) {
      throw CatalogException.of(Code.IS_LIVE, catalog.view(), "version %d is live", version);
    }
    return catalog
        .map(version, known -> known.retiredAt(context.now()))
        .pointingTo(catalog.pointer().without(version));
  }

  /** Drops a version that was retired, and the names of its rows. */
  public static ViewCatalog drop(ViewCatalog catalog, long version) {
    boolean retired = catalog.version(version).flatMap(Version::retired).isPresent();
    return retired
        ? withoutEmptyVersions(catalog.map(version, known -> known.withSlices(List.of())))
        : catalog;
  }

  /** Drops a slice that was not published, and its version if that has no other; else nothing. */
  public static ViewCatalog discard(ViewCatalog catalog, Fence fence) {
    return withoutEmptyVersions(
        catalog.withVersions(
            catalog.versions().stream()
                .map(
                    version ->
                        without(version, slice -> !slice.isShown() && slice.rows() == fence.rows()))
                .toList()));
  }

  /** What an attempt of batch set aside is not what the next one will. */
  private static Version without(Version version, Predicate<Slice> dropped) {
    Version kept = version.withSlices(version.slices().stream().filter(dropped.negate()).toList());
    for (Slice slice : version.slices()) {
      if (dropped.test(slice)
          && slice.premise().orElse(null) instanceof Premise.Batch batch
          && version.takesLetters()
          && batch.generation() == version.generation()) {
        kept = kept.withoutLettersAfter(slice.after());
      }
    }
    return kept;
  }

  /**
   * Drops slices that nobody fills any more and that were never published, and versions that were
   * retired a while ago.
   *
   * @param dead whether a run has ended or died
   * @param before the end of that while
   */
  public static ViewCatalog collect(ViewCatalog catalog, LongPredicate dead, Instant before) {
    List<Version> kept = new ArrayList<>();
    for (Version version : catalog.versions()) {
      if (version.retired().filter(retired -> !retired.isAfter(before)).isEmpty()) {
        kept.add(
            without(version, slice -> !slice.isShown() && slice.run().stream().allMatch(dead)));
      }
    }
    return withoutEmptyVersions(catalog.withVersions(kept));
  }

  /** Forgets rows that are deleted. */
  public static ViewCatalog swept(ViewCatalog catalog, Collection<SliceRange> deleted) {
    return catalog.withTrash(
        catalog.trash().stream().filter(trash -> !deleted.contains(trash.range())).toList());
  }

  private static ViewCatalog withoutEmptyVersions(ViewCatalog catalog) {
    ViewCatalog next = catalog;
    for (Version version : catalog.versions()) {
      if (version.slices().isEmpty()) {
        next = next.pointingTo(next.pointer().without(version.id()));
      }
    }
    for (long role : catalog.pointer().waiting().toArray()) {
      if (catalog.version(role).isEmpty()) {
        next = next.pointingTo(next.pointer().without(role));
      }
    }
    return next.withVersions(
        next.versions().stream().filter(version -> !version.slices().isEmpty()).toList());
  }
}
