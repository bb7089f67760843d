/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.LivePointer.Kappa;
import io.anabranch.catalog.document.LivePointer.Lambda;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionKind;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What runs that follow the log change, and the life of Kappa versions. Pure functions. */
public final class StreamTransitions {
  private StreamTransitions() {}

  /** Opens the speed version after the batch version, or takes over the one that there is. */
  public static Changed<OpenSlice> openSpeed(
      ViewCatalog catalog, long run, ViewRef view, TransitionContext context) {
    Compatibility.requireSource(catalog, view, Architecture.LAMBDA);
    Compatibility.requireDefinition(catalog, view.fingerprint());
    if (catalog.speed().isPresent()) {
      return takenOver(catalog, catalog.speed().get(), run, context);
    }
    Slice slice = following(context.nextRowSet(), catalog.batchThrough(), run);
    Version version =
        Slices.version(VersionKind.SPEED, view, Slices.newLetters(context), context).plus(slice);
    ViewCatalog next =
        withoutCandidate(catalog, context)
            .plus(version)
            .pointingTo(new Lambda(Slices.id(catalog.batch()), OptionalLong.of(version.id())));
    return new Changed<>(next, Slices.open(version, slice));
  }

  /** A first replay of Kappa that nothing came of yet. */
  private static ViewCatalog withoutCandidate(ViewCatalog catalog, TransitionContext context) {
    ViewCatalog next = catalog;
    for (long waiting : catalog.pointer().waiting().toArray()) {
      next = VersionTransitions.retire(next, waiting, context);
    }
    return next;
  }

  /**
   * Takes over a version of Kappa, whatever its role, and goes on where it ends. The run that held
   * it can no longer write.
   */
  public static Changed<OpenSlice> takeOver(
      ViewCatalog catalog, long version, long run, ViewRef view, TransitionContext context) {
    Compatibility.requireSource(catalog, view, Architecture.KAPPA);
    Version found =
        catalog
            .version(version)
            .filter(known -> known.retired().isEmpty())
            .orElseThrow(
                () ->
                    CatalogException.of(
                        Code.UNKNOWN_VERSION, view.name(), "there is no version %d", version));
    Compatibility.requireLog(found, view);
    Compatibility.requireDefinition(found, view.fingerprint());
    return takenOver(catalog, found, run, context);
  }

  private static Changed<OpenSlice> takenOver(
      ViewCatalog catalog, Version version, long run, TransitionContext context) {
    Optional<Slice> following = version.following();
    Version fenced = version.withoutOwners();
    if (following.isPresent()) {
      Slice slice = following.get().ownedBy(OptionalLong.of(run));
      long end = Math.max(slice.after(), context.completeThrough(slice.rows()));
      Version owned = fenced.map(each -> each.isShown() && each.follows() ? slice : each);
      return new Changed<>(
          catalog.map(version.id(), before -> owned), Slices.open(owned, slice, end));
    }
    // A candidate that shares slices has an end before its backfill is complete.
    boolean backfilling =
        version.slices().stream().anyMatch(slice -> !slice.isShown() && slice.run().isPresent());
    if (backfilling || version.shown().findAny().isEmpty()) {
      throw CatalogException.of(
          Code.BACKFILL_RUNNING,
          catalog.view(),
          "the backfill of version %d is not complete",
          version.id());
    }
    Slice slice = following(context.nextRowSet(), Slices.completeThrough(version, context), run);
    Version owned = fenced.plus(slice);
    return new Changed<>(catalog.map(version.id(), before -> owned), Slices.open(owned, slice));
  }

  private static Slice following(long rows, long after, long run) {
    return Slice.shown(
        new SliceRange(rows, new EpochRange(after, Long.MAX_VALUE)), OptionalLong.of(run));
  }

  /**
   * Begins a version of Kappa beside the live one, as its candidate. It shares the slices of the
   * live version before the backfill. The previous candidate is retired.
   *
   * @return the slice of the backfill, which no reader sees
   */
  public static Changed<OpenSlice> beginReplay(
      ViewCatalog catalog, long run, ReplayPlan plan, TransitionContext context) {
    ViewRef view = plan.view();
    EpochRange backfill = plan.backfill();
    Compatibility.requireSource(catalog, view, Architecture.KAPPA);
    Kappa before =
        catalog.pointer() instanceof Kappa kappa
            ? kappa
            : new Kappa(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    Version candidate =
        backfill.after() == NONE
            ? Slices.version(VersionKind.KAPPA, view, Slices.newLetters(context), context)
            : sharing(catalog, view, backfill.after(), context);
    Slice slice =
        Slice.filling(new SliceRange(context.nextRowSet(), backfill), run, Optional.empty());
    Version filled = candidate.plus(slice);
    ViewCatalog next = catalog;
    if (before.candidate().isPresent()) {
      next = VersionTransitions.retire(next, before.candidate().getAsLong(), context);
    }
    next =
        next.plus(filled)
            .pointingTo(
                new Kappa(before.version(), before.previous(), OptionalLong.of(filled.id())));
    return new Changed<>(next, Slices.open(filled, slice));
  }

  /** Begins a version with the slices of the live one through an epoch. */
  private static Version sharing(
      ViewCatalog catalog, ViewRef view, long through, TransitionContext context) {
    Version live =
        catalog.live().stream()
            .findFirst()
            .orElseThrow(
                () ->
                    CatalogException.of(
                        Code.NOTHING_TO_SHARE,
                        catalog.view(),
                        "there is no live version to share older epochs of"));
    Compatibility.requireSharable(catalog, view.fingerprint());
    List<Slice> shared = shared(catalog, through, context);
    long end = shared.isEmpty() ? NONE : shared.get(shared.size() - 1).through();
    if (end != through) {
      throw CatalogException.of(
          Code.NO_SLICE_ENDS_THERE,
          catalog.view(),
          "version %d, which is live, has no complete slices that end at %s",
          live.id(),
          Slices.end(new Epochs(view.epochLength()), through));
    }
    return new Version(
            context.nextVersion(),
            VersionKind.KAPPA,
            view,
            context.now(),
            Optional.empty(),
            live.letters(),
            live.wholeThrough(),
            live.countedInThrough(),
            shared)
        .withLettersAfter(through, context.generation());
  }

  private static List<Slice> shared(ViewCatalog catalog, long through, TransitionContext context) {
    List<Slice> shared = new ArrayList<>();
    long next = NONE;
    for (Slice slice : catalog.liveSlices()) {
      long end = slice.follows() ? through : slice.through();
      boolean complete =
          !slice.follows() || Math.max(slice.after(), context.completeThrough(slice.rows())) >= end;
      if (slice.after() >= through || slice.after() != next || end > through || !complete) {
        break;
      }
      Slice part = slice.within(new EpochRange(slice.after(), end));
      shared.add(part.ownedBy(OptionalLong.empty()));
      next = end;
    }
    return shared;
  }

  /**
   * Completes the backfill of a candidate, all of whose rows are written, and opens the slice that
   * follows the log from there. The candidate becomes live if nothing is.
   *
   * @return the slice that follows the log
   */
  public static Changed<OpenSlice> completeBackfill(
      ViewCatalog catalog, Fence fence, SliceStats stats, TransitionContext context) {
    Slices.Owned owned = Slices.owned(catalog, fence);
    long through = owned.slice().through();
    Slice following = following(context.nextRowSet(), through, fence.run());
    ViewCatalog shown =
        through > owned.slice().after()
            ? Slices.published(catalog, owned, stats)
            : catalog.map( // there was nothing to backfill
                owned.version().id(),
                version ->
                    version.withSlices(
                        version.slices().stream()
                            .filter(slice -> !slice.equals(owned.slice()))
                            .toList()));
    ViewCatalog next = shown.map(owned.version().id(), version -> version.plus(following));
    OpenSlice opened = Slices.open(owned.version(), following);
    return new Changed<>(
        next.isLive() ? next : promote(next, OptionalLong.empty(), owned.version().id(), context),
        opened);
  }

  /**
   * Makes a version live: the candidate, if it is complete through as many epochs as the live one,
   * or the previous version. What was live becomes the previous version.
   *
   * @param from the version that the caller believes to be live
   */
  public static ViewCatalog promote(
      ViewCatalog catalog, OptionalLong from, long to, TransitionContext context) {
    OptionalLong live = catalog.pointer().live().stream().mapToLong(Long::longValue).findFirst();
    if (!(catalog.pointer() instanceof Kappa kappa) || !live.equals(from)) {
      throw CatalogException.of(
          Code.LIVE_CHANGED,
          catalog.view(),
          "%s is live now",
          live.isPresent() ? "version " + live.getAsLong() : "no version");
    }
    OptionalLong target = OptionalLong.of(to);
    if (kappa.previous().equals(target)) {
      return catalog.pointingTo(new Kappa(target, from, kappa.candidate()));
    }
    if (!kappa.candidate().equals(target)) {
      throw CatalogException.of(
          Code.NO_ROLE,
          catalog.view(),
          "version %d is neither the candidate nor the previous version",
          to);
    }
    requireCaughtUp(catalog, from, to, context);
    ViewCatalog next = catalog;
    if (kappa.previous().isPresent()) {
      next = VersionTransitions.retire(next, kappa.previous().getAsLong(), context);
    }
    return next.pointingTo(new Kappa(target, from, OptionalLong.empty()));
  }

  private static void requireCaughtUp(
      ViewCatalog catalog, OptionalLong from, long to, TransitionContext context) {
    Version candidate = catalog.version(to).orElseThrow();
    long complete = Slices.completeThrough(candidate, context);
    long live =
        from.isPresent()
            ? Slices.completeThrough(catalog.version(from.getAsLong()).orElseThrow(), context)
            : NONE;
    if (candidate.following().isEmpty() || complete < live) {
      Epochs epochs = new Epochs(candidate.view().epochLength());
      throw CatalogException.of(
          Code.NOT_CAUGHT_UP,
          catalog.view(),
          "version %d is complete through %s, and the live version through %s",
          to,
          Slices.end(epochs, complete),
          Slices.end(epochs, live));
    }
  }
}
