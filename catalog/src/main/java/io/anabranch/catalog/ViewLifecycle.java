/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.BatchTransitions;
import io.anabranch.catalog.transition.Changed;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.catalog.transition.SlicePlan;
import io.anabranch.catalog.transition.StreamTransitions;
import io.anabranch.catalog.transition.TransitionContext;
import io.anabranch.catalog.transition.VersionTransitions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The steps in the life of views: versions begin, slices are opened and published, versions are
 * promoted and retired. Each step is one commit for all views it names, all or none; what it
 * requires is said at the transition of {@link BatchTransitions}, {@link StreamTransitions} or
 * {@link VersionTransitions} that it applies. Thread-safe.
 *
 * <p>Each method throws {@link CatalogException} if a transition refuses a view; nothing is changed
 * then.
 */
public final class ViewLifecycle {
  private final ViewStore store;
  private final Catalog catalog;
  private final Sweeper sweeper;
  private final Clock clock;

  /** Opens the views of a store. */
  public ViewLifecycle(ViewStore store) {
    this(store, Clock.systemUTC());
  }

  /** For tests: takes the time from a clock. */
  public ViewLifecycle(ViewStore store, Clock clock) {
    this.store = store;
    this.catalog = new Catalog(store.catalog(), clock);
    this.sweeper = new Sweeper(store, catalog);
    this.clock = clock;
  }

  /**
   * Opens batch slices, that no reader sees until they are {@linkplain #publish published}.
   *
   * @return the slices, in the order of the plans
   */
  public List<OpenSlice> openBatch(long run, List<SlicePlan> plans) {
    return each(
        "open batch",
        plans,
        plan -> plan.view().name(),
        (view, plan, context) -> BatchTransitions.openBatch(view, run, plan, context));
  }

  /** Opens a slice that no reader ever sees, until it is {@linkplain #discard discarded}. */
  public OpenSlice openScratch(long run, ViewRef view, EpochRange epochs) {
    return catalog
        .change(
            "open scratch",
            List.of(view.name()),
            (found, context) -> BatchTransitions.openScratch(found, run, view, epochs, context))
        .get(0);
  }

  /** Shows readers batch slices from now on. */
  public void publish(Collection<OpenSlice> slices) {
    Map<String, SliceStats> stats = stats(slices);
    each(
        "publish",
        slices,
        OpenSlice::view,
        (view, slice, context) ->
            noResult(
                BatchTransitions.publish(view, slice.fence(), stats.get(view.view()), context)));
  }

  /** Removes slices that were not published, with their rows; others stay as they are. */
  public void discard(Collection<OpenSlice> slices) {
    for (OpenSlice slice : slices) {
      catalog.apply(
          "discard",
          List.of(slice.view()),
          (view, context) -> VersionTransitions.discard(view, slice.fence()));
      sweeper.sweep(slice.view(), trash -> trash.range().rows() == slice.rows());
    }
    sweeper.dropLetters();
  }

  /**
   * Opens a slice for the rows of neighbouring slices of the batch version, which it is to {@link
   * #compact replace}.
   *
   * @param sources two or more, oldest first
   */
  public OpenSlice openCompaction(long run, ViewRef view, List<SliceRange> sources) {
    return catalog
        .change(
            "open compaction",
            List.of(view.name()),
            (found, context) -> BatchTransitions.openCompaction(found, run, view, sources, context))
        .get(0);
  }

  /** Shows readers a compacted slice in the place of its sources. No answer changes. */
  public void compact(OpenSlice compacted) {
    ViewCatalog before = catalog.load(compacted.view());
    List<SliceRange> sources = BatchTransitions.sources(before, compacted.fence());
    SliceStats stats;
    List<EpochContent> contents;
    try (Snapshot snapshot = store.catalog().snapshot()) {
      stats = snapshot.stats(new SliceRange(compacted.rows(), EpochRange.ALL));
      contents = snapshot.contents(sources);
    }
    remember(List.of(compacted), contents);
    Optional<Instant> updated =
        before.liveSlices().stream()
            .filter(slice -> sources.contains(slice.range()))
            .flatMap(slice -> slice.stats().flatMap(SliceStats::updated).stream())
            .max(Comparator.naturalOrder());
    SliceStats held = new SliceStats(stats.count(), stats.minBucket(), stats.maxBucket(), updated);
    catalog.apply(
        "compact",
        List.of(compacted.view()),
        (found, context) -> BatchTransitions.compact(found, compacted.fence(), held));
  }

  /** Takes over the speed slices of views, and opens those that there are not yet. */
  public List<OpenSlice> openSpeed(long run, List<ViewRef> views) {
    return each(
        "open speed",
        views,
        ViewRef::name,
        (view, ref, context) -> StreamTransitions.openSpeed(view, run, ref, context));
  }

  /** Takes over a version of Kappa, whatever its role, and goes on where it ends. */
  public OpenSlice takeOver(long run, ViewRef view, long version) {
    return catalog
        .change(
            "take over",
            List.of(view.name()),
            (found, context) -> StreamTransitions.takeOver(found, version, run, view, context))
        .get(0);
  }

  /**
   * Begins candidates of Kappa beside the live versions; previous candidates are retired.
   *
   * @return the slices of the backfills, which no reader sees, in the order of the plans
   */
  public List<OpenSlice> beginReplay(long run, List<ReplayPlan> plans) {
    return each(
        "begin a replay",
        plans,
        plan -> plan.view().name(),
        (view, plan, context) -> StreamTransitions.beginReplay(view, run, plan, context));
  }

  /**
   * Completes backfills, whose rows are all written. A candidate becomes live if nothing is.
   *
   * @return the slices that follow the log from there, in the same order
   */
  public List<OpenSlice> completeBackfill(List<OpenSlice> backfills) {
    Map<String, SliceStats> stats = stats(backfills);
    return each(
        "complete the backfill",
        backfills,
        OpenSlice::view,
        (view, slice, context) ->
            StreamTransitions.completeBackfill(
                view, slice.fence(), stats.get(view.view()), context));
  }

  /** Makes other versions of Kappa live: candidates, or previous ones. */
  public void promote(Collection<VersionSwitch> switches) {
    each(
        "promote",
        switches,
        VersionSwitch::view,
        (view, change, context) ->
            noResult(StreamTransitions.promote(view, change.from(), change.to(), context)));
  }

  /**
   * Lets the live versions answer by another architecture from now on; no row moves, and no answer
   * changes. Previous versions and candidates are retired. The runs of before can no longer write.
   *
   * @return the views whose architecture changed
   */
  public List<String> changeArchitecture(Collection<String> views, Architecture to) {
    return catalog
        .change(
            "change the architecture to " + to.word(),
            List.copyOf(views),
            (view, context) -> {
              boolean changes = view.isLive() && view.architecture() != to;
              return new Changed<>(
                  VersionTransitions.changeArchitecture(view, to, context),
                  changes ? List.of(view.view()) : List.<String>of());
            })
        .stream()
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Gives up versions that are not live, and removes their rows, but for those that another version
   * shares.
   *
   * @return how many rows
   */
  public long retire(Collection<Long> versions) {
    Map<String, List<Long>> byView = new TreeMap<>();
    for (long version : versions) {
      byView
          .computeIfAbsent(catalog.requireVersion(version).view(), absent -> new ArrayList<>())
          .add(version);
    }
    catalog.apply(
        "retire",
        List.copyOf(byView.keySet()),
        (view, context) -> {
          ViewCatalog next = view;
          for (long version : byView.get(view.view())) {
            next = VersionTransitions.retire(next, version, context);
          }
          return next;
        });
    long rows = 0;
    for (Map.Entry<String, List<Long>> view : byView.entrySet()) {
      rows += sweeper.dropVersions(view.getKey(), view.getValue());
    }
    return rows;
  }

  /**
   * Removes the speed rows of a view that batch took over; no answer changes.
   *
   * @return how many rows
   */
  public long dropSuperseded(String view) {
    ViewCatalog now = catalog.load(view);
    return sweeper.sweep(view, trash -> Sweeper.isSuperseded(now, trash));
  }

  /** Removes what no reader sees any more. */
  public Garbage collectGarbage(GarbageRules rules) {
    return sweeper.collect(rules, clock.instant());
  }

  /**
   * Remembers what the log held of the epochs that slices are filled from; what was remembered of
   * an epoch is replaced. Slices that another run took over remember nothing.
   *
   * @param slices all of one run
   */
  public void remember(Collection<OpenSlice> slices, List<EpochContent> contents) {
    if (!slices.isEmpty()) {
      List<Fence> fences = slices.stream().map(OpenSlice::fence).toList();
      long run = fences.get(0).run();
      store
          .progress()
          .heartbeat(new RunBeat(run, "", RunBeat.State.ALIVE, Optional.empty(), fences, contents));
    }
  }

  /** Returns what the log held of the epochs that a version was computed from, by their numbers. */
  public List<EpochContent> remembered(Version version) {
    try (Snapshot snapshot = store.catalog().snapshot()) {
      return snapshot.contents(version.shown().map(Slice::range).toList());
    }
  }

  private Map<String, SliceStats> stats(Collection<OpenSlice> slices) {
    Map<String, SliceStats> stats = new TreeMap<>();
    try (Snapshot snapshot = store.catalog().snapshot()) {
      slices.forEach(
          slice ->
              stats.put(
                  slice.view(), snapshot.stats(new SliceRange(slice.rows(), EpochRange.ALL))));
    }
    return stats;
  }

  private static Changed<String> noResult(ViewCatalog catalog) {
    return new Changed<>(catalog, catalog.view());
  }

  @FunctionalInterface
  private interface EachTransition<P, T> {
    Changed<T> apply(ViewCatalog catalog, P parameter, TransitionContext context);
  }

  /** Applies a transition to several views, to each with a parameter of its own. */
  private <P, T> List<T> each(
      String transition,
      Collection<P> parameters,
      Function<P, String> view,
      EachTransition<P, T> function) {
    Map<String, P> byView = new LinkedHashMap<>();
    parameters.forEach(parameter -> byView.put(view.apply(parameter), parameter));
    return catalog.change(
        transition,
        List.copyOf(byView.keySet()),
        (found, context) -> function.apply(found, byView.get(found.view()), context));
  }
}
