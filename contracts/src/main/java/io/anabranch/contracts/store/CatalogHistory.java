/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static io.anabranch.api.Epochs.NONE;
import static java.util.Comparator.comparingLong;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.RowStore.Suspension;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.LivePointer;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Trash;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.BatchTransitions;
import io.anabranch.catalog.transition.Changed;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.catalog.transition.SlicePlan;
import io.anabranch.catalog.transition.StreamTransitions;
import io.anabranch.catalog.transition.Transition;
import io.anabranch.catalog.transition.VersionTransitions;
import io.anabranch.contracts.store.HistoryRun.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * Random runs of every kind on one store, held against a plain fold. Three views change together.
 * Batch runs race each other, followers write on after they are fenced, runs die, garbage goes
 * while others read. Steps may come from several threads.
 *
 * <p>Each answer is read in one snapshot: its slices are neighbours, its rows of complete epochs
 * equal the fold, the others are not larger, and the three views are of one promotion.
 */
public final class CatalogHistory {
  private static final Duration EPOCH = Duration.ofHours(1);
  private static final int DELETED_AT_ONCE = 40;

  private final ViewStore storage;
  private final Catalog catalog;
  private final Clock clock;
  private final HistoryLog log;
  private final HistoryCheck check;
  private final ConcurrentLinkedDeque<HistoryRun> runs = new ConcurrentLinkedDeque<>();
  private final Set<Long> dead = ConcurrentHashMap.newKeySet();
  private final Map<String, LongAdder> transitions = new ConcurrentSkipListMap<>();
  private volatile int definition = 1;

  /** Begins a history on an empty store. */
  public CatalogHistory(ViewStore storage, Clock clock, long seed) {
    this.storage = storage;
    this.catalog = new Catalog(storage.catalog(), clock);
    this.clock = clock;
    this.log = new HistoryLog(seed);
    this.check = new HistoryCheck(storage, log);
  }

  /** Returns how many answers were compared with the fold, a view each. */
  public long answers() {
    return check.answers();
  }

  /** Returns how often each transition was committed, by its name. */
  public Map<String, Long> transitions() {
    Map<String, Long> counts = new TreeMap<>();
    transitions.forEach((name, count) -> counts.put(name, count.sum()));
    return counts;
  }

  private <T> List<T> change(String transition, List<String> views, Transition<T> function) {
    List<T> results = catalog.change(transition, views, function);
    transitions.computeIfAbsent(transition, absent -> new LongAdder()).increment();
    return results;
  }

  private void apply(String transition, List<String> views, Transition.Plain function) {
    change(
        transition,
        views,
        (view, context) -> new Changed<>(function.apply(view, context), view.view()));
  }

  /**
   * Takes one step.
   *
   * @throws AssertionError if an answer differs from the fold
   */
  public void step(Random random) {
    int dice = random.nextInt(100);
    try {
      if (dice < 6) {
        log.closeNext();
        if (dice == 0) {
          definition = 1 + random.nextInt(3);
        }
      } else if (dice < 14) {
        batch(random.nextInt(6) == 0);
      } else if (dice < 20) {
        speed();
      } else if (dice < 25) {
        replay(random);
      } else if (dice < 29) {
        takeOver(random.nextInt(3));
      } else if (dice < 33) {
        compaction(random);
      } else if (dice < 35) {
        changeArchitecture(random.nextBoolean() ? Architecture.KAPPA : Architecture.LAMBDA);
      } else if (dice < 41) {
        promote(random.nextInt(3) == 0);
      } else if (dice < 43) {
        retire();
      } else if (dice < 50) {
        collect(random.nextBoolean() ? clock.instant() : clock.instant().minusMillis(20));
      } else if (dice < 60) {
        check.answersEqualTheFold();
      } else {
        goOn(random);
      }
    } catch (CatalogException | FencedException | StoreException refused) {
      // another run was faster, the step is not allowed now, or the store failed
    }
  }

  /** Each run computes all views by the definition of the moment it begins. */
  private Function<ViewCatalog, ViewRef> refs() {
    Fingerprint fingerprint = new Fingerprint(Map.of("revision", String.valueOf(definition)));
    return view -> new ViewRef(view.view(), fingerprint, "log", EPOCH);
  }

  /** Opens a slice of each view, all or none. */
  private void open(String transition, Kind kind, LongFunction<Transition<OpenSlice>> opening) {
    HistoryRun run = new HistoryRun(kind, storage.catalog().nextId(IdKind.RUN));
    try {
      open(run, change(transition, HistoryLog.VIEWS, opening.apply(run.run)));
    } catch (StoreException e) {
      dead.add(run.run); // whatever it opened, it does not know
      throw e;
    }
  }

  private void open(HistoryRun run, List<OpenSlice> slices) {
    slices.forEach(slice -> run.slices.put(slice.fence().view(), slice));
    if (run.kind == Kind.BATCH) {
      slices.forEach(slice -> check.filled(slice.fence().rows(), run.run));
    }
    run.plan(log);
    runs.add(run);
  }

  private void speed() {
    Function<ViewCatalog, ViewRef> refs = refs();
    open(
        "open speed",
        Kind.FOLLOW,
        run ->
            (view, context) -> StreamTransitions.openSpeed(view, run, refs.apply(view), context));
  }

  private void batch(boolean full) {
    long closed = log.closedThrough();
    Function<ViewCatalog, ViewRef> refs = refs();
    open(
        full ? "open batch of a new version" : "open batch",
        Kind.BATCH,
        run ->
            (view, context) -> {
              long after = full ? NONE : view.batchThrough();
              if (after >= closed) {
                throw nothingToDo(view);
              }
              SlicePlan plan = new SlicePlan(refs.apply(view), new EpochRange(after, closed));
              return BatchTransitions.openBatch(view, run, plan, context);
            });
  }

  private static CatalogException nothingToDo(ViewCatalog view) {
    return new CatalogException(CatalogException.Code.NOT_CONTINUED, view.view());
  }

  private void replay(Random random) {
    long closed = log.closedThrough();
    long after = random.nextBoolean() ? NONE : Math.max(1, closed - random.nextInt(8));
    Function<ViewCatalog, ViewRef> refs = refs();
    open(
        after == NONE ? "begin a replay" : "begin a replay of a part",
        Kind.REPLAY,
        run ->
            (view, context) ->
                StreamTransitions.beginReplay(
                    view,
                    run,
                    new ReplayPlan(refs.apply(view), new EpochRange(after, closed)),
                    context));
  }

  private void takeOver(int role) {
    Function<ViewCatalog, ViewRef> refs = refs();
    open(
        "take over",
        Kind.FOLLOW,
        run ->
            (view, context) -> {
              if (!(view.pointer() instanceof LivePointer.Kappa kappa)) {
                throw nothingToDo(view);
              }
              OptionalLong version =
                  role == 0 ? kappa.version() : role == 1 ? kappa.previous() : kappa.candidate();
              return StreamTransitions.takeOver(
                  view, version.orElse(0), run, refs.apply(view), context);
            });
  }

  private void compaction(Random random) {
    String view = HistoryLog.VIEWS.get(random.nextInt(HistoryLog.VIEWS.size()));
    ViewCatalog known = catalog.load(view);
    List<SliceRange> closed =
        known.batch().stream()
            .flatMap(Version::shown)
            .sorted(comparingLong(Slice::after))
            .map(Slice::range)
            .toList();
    if (closed.size() < 2) {
      return;
    }
    int from = random.nextInt(closed.size() - 1);
    int to = from + 2 + random.nextInt(closed.size() - from - 1);
    HistoryRun run = new HistoryRun(Kind.COMPACTION, storage.catalog().nextId(IdKind.RUN));
    ViewRef ref = new ViewRef(view, known.live().get(0).view().fingerprint(), "log", EPOCH);
    List<SliceRange> sources = closed.subList(from, to);
    List<OpenSlice> opened =
        change(
            "open compaction",
            List.of(view),
            (now, context) -> BatchTransitions.openCompaction(now, run.run, ref, sources, context));
    check.filled(opened.get(0).fence().rows(), check.lastBatchRun(sources.stream()));
    open(run, opened);
  }

  private void changeArchitecture(Architecture to) {
    apply(
        "change the architecture to " + to.word(),
        HistoryLog.VIEWS,
        (view, context) -> VersionTransitions.changeArchitecture(view, to, context));
  }

  private void promote(boolean back) {
    Map<String, ViewCatalog> seen = catalog.load(HistoryLog.VIEWS);
    apply(
        back ? "roll back" : "promote",
        HistoryLog.VIEWS,
        (view, context) -> {
          if (!(seen.get(view.view()).pointer() instanceof LivePointer.Kappa kappa)) {
            throw nothingToDo(view);
          }
          OptionalLong to = back ? kappa.previous() : kappa.candidate();
          return StreamTransitions.promote(view, kappa.version(), to.orElse(0), context);
        });
  }

  private void retire() {
    apply(
        "retire",
        HistoryLog.VIEWS,
        (view, context) ->
            view.pointer() instanceof LivePointer.Kappa kappa && kappa.previous().isPresent()
                ? VersionTransitions.retire(view, kappa.previous().getAsLong(), context)
                : view);
  }

  /** Removes garbage, a few rows at a time. */
  private void collect(Instant before) {
    apply(
        "collect garbage",
        HistoryLog.VIEWS,
        (view, context) -> VersionTransitions.collect(view, dead::contains, before));
    catalog
        .load(HistoryLog.VIEWS)
        .forEach(
            (view, known) -> {
              List<SliceRange> deleted = new ArrayList<>();
              for (Trash trash : known.trash()) {
                if (!trash.since().isAfter(before)) {
                  delete(trash.range());
                  deleted.add(trash.range());
                }
              }
              apply(
                  "sweep", List.of(view), (now, context) -> VersionTransitions.swept(now, deleted));
            });
  }

  private void delete(SliceRange range) {
    long deleted;
    do {
      deleted = storage.rows().delete(range.rows(), range.epochs(), DELETED_AT_ONCE);
    } while (deleted == DELETED_AT_ONCE);
  }

  /** Lets a run write more, die, or publish what it wrote. */
  private void goOn(Random random) {
    HistoryRun run = runs.poll();
    if (run == null) {
      return;
    }
    boolean ends = false;
    try {
      if (run.kind == Kind.FOLLOW) {
        run.follow(storage, log, random);
      } else if (random.nextInt(20) == 0) {
        ends = true; // it dies
      } else if (run.write(storage.rows(), random.nextBoolean())) {
        ends = true;
        publish(run);
      }
    } catch (FencedException | CatalogException | StoreException refused) {
      ends = true;
      if (run.kind != Kind.FOLLOW) {
        discard(run);
      }
    } finally {
      if (ends) {
        dead.add(run.run);
      } else {
        runs.add(run);
      }
    }
  }

  private void discard(HistoryRun run) {
    apply(
        "discard",
        List.copyOf(run.slices.keySet()),
        (view, context) -> VersionTransitions.discard(view, run.slices.get(view.view()).fence()));
  }

  private void publish(HistoryRun run) {
    List<String> views = List.copyOf(run.slices.keySet());
    Map<String, SliceStats> stats = stats(run);
    switch (run.kind) {
      case BATCH ->
          apply(
              "publish",
              views,
              (view, context) ->
                  BatchTransitions.publish(
                      view, run.slices.get(view.view()).fence(), stats.get(view.view()), context));
      case COMPACTION ->
          apply(
              "compact",
              views,
              (view, context) ->
                  BatchTransitions.compact(
                      view, run.slices.get(view.view()).fence(), stats.get(view.view())));
      case REPLAY -> {
        HistoryRun follower = new HistoryRun(Kind.FOLLOW, run.run);
        open(
            follower,
            change(
                "complete the backfill",
                views,
                (view, context) ->
                    StreamTransitions.completeBackfill(
                        view,
                        run.slices.get(view.view()).fence(),
                        stats.get(view.view()),
                        context)));
      }
      case FOLLOW -> throw new IllegalStateException("a follower has no end");
    }
    requireClosed(run);
  }

  private Map<String, SliceStats> stats(HistoryRun run) {
    Map<String, SliceStats> stats = new TreeMap<>();
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      run.slices.forEach(
          (view, slice) ->
              stats.put(
                  view, snapshot.stats(new SliceRange(slice.fence().rows(), slice.epochs()))));
    }
    return stats;
  }

  /** A published slice takes no row any more. */
  private void requireClosed(HistoryRun run) {
    OpenSlice slice = run.slices.values().iterator().next();
    HistoryLog.Cell cell = new HistoryLog.Cell(0, "zombie");
    try {
      storage
          .rows()
          .write(
              slice.fence(),
              List.of(HistoryLog.row(cell, slice.epochs().through(), 1_000)),
              Suspension.IGNORED);
    } catch (FencedException closed) {
      return;
    }
    throw new AssertionError("slice " + slice + " took a row after it was published");
  }

  /**
   * Ends the history: all runs die, and garbage goes.
   *
   * @throws AssertionError if an answer differs from the fold, or rows are left that no document
   *     names
   */
  public void end() {
    runs.forEach(run -> dead.add(run.run));
    collect(Instant.MAX);
    collect(Instant.MAX);
    check.answersEqualTheFold();
    catalog
        .load(HistoryLog.VIEWS)
        .values()
        .forEach(
            view -> {
              if (!view.trash().isEmpty()) {
                throw new AssertionError("trash is left: " + view.trash());
              }
            });
    check.noRowsAreLeft(
        catalog.load(HistoryLog.VIEWS).values(), storage.catalog().nextId(IdKind.ROW_SET));
  }
}
