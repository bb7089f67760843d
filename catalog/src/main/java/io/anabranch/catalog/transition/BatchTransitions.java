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
import io.anabranch.catalog.document.Premise;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionKind;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What batch runs and compactions change. Pure functions. */
public final class BatchTransitions {
  private BatchTransitions() {}

  /**
   * Opens a slice that no reader sees until it is {@linkplain #publish published}: the first of a
   * new version if its epochs begin with the log, else the next of the batch version.
   */
  public static Changed<OpenSlice> openBatch(
      ViewCatalog catalog, long run, SlicePlan plan, TransitionContext context) {
    Compatibility.requireSource(catalog, plan.view(), Architecture.LAMBDA);
    SliceRange range = new SliceRange(context.nextRowSet(), plan.epochs());
    if (plan.epochs().after() == NONE) {
      Version version = begun(plan, context);
      Slice slice = filling(catalog, range, run, version.generation());
      return new Changed<>(catalog.plus(version.plus(slice)), Slices.open(version, slice));
    }
    Version version = continued(catalog, plan);
    Slice slice = filling(catalog, range, run, generation(version, context));
    return new Changed<>(
        catalog.map(version.id(), batch -> batch.plus(slice)), Slices.open(version, slice));
  }

  private static Slice filling(ViewCatalog catalog, SliceRange range, long run, long generation) {
    Premise premise =
        new Premise.Batch(Slices.id(catalog.batch()), catalog.batchThrough(), generation);
    return Slice.filling(range, run, Optional.of(premise));
  }

  /** What other attempts set aside is not what this one will. */
  private static long generation(Version version, TransitionContext context) {
    boolean alone =
        version.slices().stream()
            .noneMatch(slice -> slice.premise().orElse(null) instanceof Premise.Batch);
    return alone && version.takesLetters() ? version.generation() : context.generation();
  }

  private static Version begun(SlicePlan plan, TransitionContext context) {
    return new Version(
        context.nextVersion(),
        VersionKind.BATCH,
        plan.view(),
        context.now(),
        Optional.empty(),
        Slices.newLetters(context),
        OptionalLong.of(plan.epochs().through()),
        plan.countedInThrough(),
        List.of());
  }

  private static Version continued(ViewCatalog catalog, SlicePlan plan) {
    Version batch =
        catalog
            .batch()
            .filter(version -> catalog.batchThrough() == plan.epochs().after())
            .orElseThrow(
                () ->
                    CatalogException.of(
                        Code.NOT_CONTINUED,
                        catalog.view(),
                        "the batch version does not end with epoch %d, where the slice begins",
                        plan.epochs().after()));
    Compatibility.requireDefinition(batch, plan.view().fingerprint());
    return batch;
  }

  /**
   * Opens a slice of a version of its own that no reader ever sees. {@link
   * VersionTransitions#discard} drops it.
   */
  public static Changed<OpenSlice> openScratch(
      ViewCatalog catalog, long run, ViewRef view, EpochRange epochs, TransitionContext context) {
    Slice slice =
        Slice.filling(new SliceRange(context.nextRowSet(), epochs), run, Optional.empty());
    Version version =
        Slices.version(VersionKind.SCRATCH, view, Slices.newLetters(context), context).plus(slice);
    return new Changed<>(catalog.plus(version), Slices.open(version, slice));
  }

  /**
   * Publishes a batch slice, which readers see from now on; without effect if it is published. The
   * previous batch version is retired if the slice begins another one. Speed keeps the epochs after
   * the slice, or is retired if it is of another definition.
   */
  public static ViewCatalog publish(
      ViewCatalog catalog, Fence fence, SliceStats stats, TransitionContext context) {
    if (isPublished(catalog, fence)) {
      return catalog;
    }
    Slices.Owned owned = Slices.owned(catalog, fence);
    Compatibility.requireSource(catalog, owned.version().view(), Architecture.LAMBDA);
    requireUnmoved(catalog, owned.slice(), owned.version());
    Optional<Version> speed = catalog.speed();
    boolean speedStays =
        speed
            .filter(
                version ->
                    Compatibility.isSameDefinition(version, owned.version().view().fingerprint()))
            .isPresent();
    ViewCatalog next =
        Slices.published(catalog, owned, stats)
            .map(owned.version().id(), version -> withLettersOf(version, owned.slice()))
            .pointingTo(
                new Lambda(
                    OptionalLong.of(owned.version().id()),
                    speedStays ? Slices.id(speed) : OptionalLong.empty()));
    for (long previous : previousVersions(catalog, owned.version(), speedStays)) {
      next = next.map(previous, version -> version.retiredAt(context.now()));
    }
    return speedStays ? superseded(next, speed.orElseThrow().id(), owned.slice().through()) : next;
  }

  private static Version withLettersOf(Version version, Slice slice) {
    long generation = ((Premise.Batch) slice.premise().orElseThrow()).generation();
    return version.takesLetters() && version.generation() == generation
        ? version
        : version.withLettersAfter(slice.after(), generation);
  }

  private static boolean isPublished(ViewCatalog catalog, Fence fence) {
    return catalog.batch().stream()
        .flatMap(Version::shown)
        .anyMatch(slice -> slice.rows() == fence.rows());
  }

  private static void requireUnmoved(ViewCatalog catalog, Slice slice, Version version) {
    Epochs epochs = new Epochs(version.view().epochLength());
    boolean unmoved =
        slice.premise().orElse(null) instanceof Premise.Batch then
            && then.batch().equals(Slices.id(catalog.batch()))
            && then.line() == catalog.batchThrough();
    if (!unmoved) {
      throw CatalogException.of(
          Code.OUTRUN,
          catalog.view(),
          "another batch run was faster; the live version reaches %s now",
          Slices.end(epochs, catalog.batchThrough()));
    }
    if (slice.through() < catalog.batchThrough()) {
      throw CatalogException.of(
          Code.BACKWARDS,
          catalog.view(),
          "the slice reaches %s, but the live version reaches %s",
          Slices.end(epochs, slice.through()),
          Slices.end(epochs, catalog.batchThrough()));
    }
  }

  /** Returns what the slice takes the place of, and a candidate of a first replay. */
  private static List<Long> previousVersions(
      ViewCatalog catalog, Version published, boolean speedStays) {
    List<Long> previous = new ArrayList<>();
    catalog
        .batch()
        .map(Version::id)
        .filter(batch -> batch != published.id())
        .ifPresent(previous::add);
    if (!speedStays) {
      catalog.speed().map(Version::id).ifPresent(previous::add);
    }
    if (catalog.pointer() instanceof Kappa kappa) {
      kappa.waiting().forEach(previous::add);
    }
    return previous;
  }

  private static ViewCatalog superseded(ViewCatalog catalog, long speed, long through) {
    return catalog.map(
        speed,
        version ->
            version.map(
                slice ->
                    slice.within(
                        new EpochRange(Math.max(slice.after(), through), slice.through()))));
  }

  /**
   * Opens a slice for the rows of several live batch slices, which it will {@linkplain #compact
   * replace}.
   *
   * @param sources two or more neighbouring slices, oldest first
   */
  public static Changed<OpenSlice> openCompaction(
      ViewCatalog catalog,
      long run,
      ViewRef view,
      List<SliceRange> sources,
      TransitionContext context) {
    Compatibility.requireSource(catalog, view, Architecture.LAMBDA);
    EpochRange epochs = requireNeighbours(catalog, sources);
    Version batch = catalog.batch().orElseThrow();
    Compatibility.requireDefinition(batch, view.fingerprint());
    Slice slice =
        Slice.filling(
            new SliceRange(context.nextRowSet(), epochs),
            run,
            Optional.of(new Premise.Sources(sources)));
    return new Changed<>(
        catalog.map(batch.id(), version -> version.plus(slice)), Slices.open(batch, slice));
  }

  /** Puts a compacted slice in the place of its sources. No answer changes. */
  public static ViewCatalog compact(ViewCatalog catalog, Fence fence, SliceStats stats) {
    Slices.Owned owned = Slices.owned(catalog, fence);
    List<SliceRange> sources = sources(catalog, fence);
    requireNeighbours(catalog, sources);
    if (!catalog.batch().map(Version::id).equals(Optional.of(owned.version().id()))) {
      throw changed(catalog);
    }
    return Slices.published(catalog, owned, stats)
        .map(
            owned.version().id(),
            version ->
                version.withSlices(
                    version.slices().stream()
                        .filter(slice -> !(slice.isShown() && sources.contains(slice.range())))
                        .toList()));
  }

  /** Returns the slices that a compacted one is to replace. */
  public static List<SliceRange> sources(ViewCatalog catalog, Fence fence) {
    Slice slice = Slices.owned(catalog, fence).slice();
    if (!(slice.premise().orElse(null) instanceof Premise.Sources premise)) {
      throw new IllegalArgumentException("row set " + fence.rows() + " is of no compaction");
    }
    return premise.sources();
  }

  private static EpochRange requireNeighbours(ViewCatalog catalog, List<SliceRange> sources) {
    if (sources.size() < 2) {
      throw new IllegalArgumentException("slices " + sources + " are fewer than two");
    }
    List<SliceRange> shown =
        catalog.batch().stream().flatMap(Version::shown).map(Slice::range).toList();
    EpochRange all = null;
    for (SliceRange source : sources) {
      if (!shown.contains(source)) {
        throw changed(catalog);
      }
      EpochRange epochs = source.epochs();
      if (all != null && all.through() != epochs.after()) {
        throw new IllegalArgumentException("slices " + sources + " are no neighbours");
      }
      all = new EpochRange(all == null ? epochs.after() : all.after(), epochs.through());
    }
    return all;
  }

  private static CatalogException changed(ViewCatalog catalog) {
    return CatalogException.of(
        Code.SOURCES_CHANGED, catalog.view(), "another run published or compacted meanwhile");
  }
}
