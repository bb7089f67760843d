/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.EpochContent;
import io.anabranch.api.spi.Garbage;
import io.anabranch.api.spi.GarbageRules;
import io.anabranch.api.spi.LiveRow;
import io.anabranch.api.spi.LiveState;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.Reading;
import io.anabranch.api.spi.Reconciliation;
import io.anabranch.api.spi.ReplayPlan;
import io.anabranch.api.spi.SideRow;
import io.anabranch.api.spi.SlicePlan;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.VersionState;
import io.anabranch.api.spi.VersionSwitch;
import io.anabranch.api.spi.ViewRef;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.LetterQuery;
import io.anabranch.api.spi.store.LiveHead;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.api.spi.store.RowStore.Suspension;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.SliceRange;
import io.anabranch.api.spi.store.SliceStats;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.Storage;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** The wide interface of stores, on the catalog and a narrow store. */
public final class CatalogViewStore implements ViewStore {
  private final Storage storage;
  private final Catalog catalog;
  private final Clock clock;
  private final Sweeper sweeper;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(long revision, ViewCatalog catalog) {}

  /** Opens a store by its parts. */
  public CatalogViewStore(Storage storage, Clock clock) {
    this.storage = storage;
    this.catalog = new Catalog(storage.catalog(), clock);
    this.clock = clock;
    this.sweeper = new Sweeper(storage, catalog);
  }

  @Override
  public long beginRun(String layer) {
    long run = storage.catalog().nextId(IdKind.RUN);
    storage.progress().heartbeat(new RunBeat(run, layer, RunBeat.State.ALIVE));
    return run;
  }

  @Override
  public void heartbeat(long run) {
    storage.progress().heartbeat(new RunBeat(run, "", RunBeat.State.ALIVE));
  }

  @Override
  public void heartbeat(long run, String log, LogEnd end) {
    storage
        .progress()
        .heartbeat(
            new RunBeat(
                run,
                "",
                RunBeat.State.ALIVE,
                Optional.of(new RunBeat.Log(log, end)),
                List.of(),
                List.of()));
  }

  @Override
  public void endRun(long run) {
    storage.progress().heartbeat(new RunBeat(run, "", RunBeat.State.ENDED));
  }

  @Override
  public void stopMarking(long run) {
    storage.progress().heartbeat(new RunBeat(run, "", RunBeat.State.SUSPENDED));
  }

  @Override
  public long rowsWritten(long run) {
    return progress(run).map(RunProgress::rowsWritten).orElse(0L);
  }

  private Optional<RunProgress> progress(long run) {
    return storage.progress().read(List.of(run)).stream().findFirst();
  }

  @Override
  public Optional<io.anabranch.api.spi.LivePointer> pointer(String view) {
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      return pointer(view, snapshot.catalog(List.of(view)));
    }
  }

  private static Optional<io.anabranch.api.spi.LivePointer> pointer(
      String view, CatalogState state) {
    ViewCatalog found = Catalog.parsed(List.of(view), state).get(view);
    return found.isLive()
        ? Optional.of(Pointers.of(found, state.entries().get(view).revision(), state))
        : Optional.empty();
  }

  @Override
  public List<SliceRef> openBatchSlices(long run, List<SlicePlan> plans) {
    Map<String, SlicePlan> byView = by(plans, plan -> plan.view().name());
    return refs(
        catalog.change(
            "open batch",
            List.copyOf(byView.keySet()),
            (view, context) ->
                BatchTransitions.openBatch(view, run, byView.get(view.view()), context)));
  }

  private static List<SliceRef> refs(List<OpenSlice> slices) {
    return slices.stream()
        .map(
            slice ->
                new SliceRef(
                    slice.fence().view(),
                    slice.version(),
                    slice.fence().rows(),
                    slice.fence().run(),
                    slice.epochs().after()))
        .toList();
  }

  private static <T> Map<String, T> by(Collection<T> all, Function<T, String> view) {
    Map<String, T> byView = new LinkedHashMap<>();
    all.forEach(each -> byView.put(view.apply(each), each));
    return byView;
  }

  @Override
  public SliceRef openScratchSlice(long run, ViewRef view, EpochRange epochs) {
    return refs(catalog.change(
            "open scratch",
            List.of(view.name()),
            (found, context) -> BatchTransitions.openScratch(found, run, view, epochs, context)))
        .get(0);
  }

  @Override
  public void promote(Collection<SliceRef> slices) {
    Map<String, SliceRef> byView = by(slices, SliceRef::view);
    Map<String, SliceStats> stats = stats(byView);
    catalog.apply(
        "publish",
        List.copyOf(byView.keySet()),
        (view, context) ->
            BatchTransitions.publish(
                view, fence(byView.get(view.view())), stats.get(view.view()), context));
  }

  private static Fence fence(SliceRef slice) {
    return new Fence(slice.view(), slice.slice(), slice.run(), slice.after());
  }

  private Map<String, SliceStats> stats(Map<String, SliceRef> slices) {
    Map<String, SliceStats> stats = new TreeMap<>();
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      slices.forEach((view, slice) -> stats.put(view, snapshot.stats(all(slice.slice()))));
    }
    return stats;
  }

  private static SliceRange all(long rows) {
    return new SliceRange(rows, new EpochRange(NONE, Long.MAX_VALUE));
  }

  @Override
  public void discard(Collection<SliceRef> slices) {
    for (SliceRef slice : slices) {
      catalog.apply(
          "discard",
          List.of(slice.view()),
          (view, context) -> VersionTransitions.discard(view, fence(slice)));
      sweeper.sweep(slice.view(), trash -> trash.range().rows() == slice.slice());
    }
    sweeper.dropLetters();
  }

  @Override
  public List<SliceRef> openStreamSlices(long run, List<ViewRef> views, Architecture architecture) {
    Map<String, ViewRef> byView = by(views, ViewRef::name);
    return refs(
        catalog.change(
            "open " + (architecture == Architecture.LAMBDA ? "speed" : "kappa"),
            List.copyOf(byView.keySet()),
            (view, context) ->
                architecture == Architecture.LAMBDA
                    ? StreamTransitions.openSpeed(view, run, byView.get(view.view()), context)
                    : openKappa(view, run, byView.get(view.view()), context)));
  }

  private static Changed<OpenSlice> openKappa(
      ViewCatalog view, long run, ViewRef ref, TransitionContext context) {
    Compatibility.requireSource(view, ref, Architecture.KAPPA);
    if (view.isLive()) {
      long live = view.live().get(0).id();
      return StreamTransitions.takeOver(view, live, run, ref, context);
    }
    ReplayPlan nothing = new ReplayPlan(ref, new EpochRange(NONE, NONE));
    Changed<OpenSlice> begun = StreamTransitions.beginReplay(view, run, nothing, context);
    return StreamTransitions.completeBackfill(
        begun.catalog(), begun.result().fence(), SliceStats.EMPTY, context);
  }

  @Override
  public SliceRef openVersion(long run, ViewRef view, long version) {
    return refs(catalog.change(
            "take over",
            List.of(view.name()),
            (found, context) -> StreamTransitions.takeOver(found, version, run, view, context)))
        .get(0);
  }

  @Override
  public List<String> move(Collection<String> views, Architecture to) {
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

  @Override
  public List<SliceRef> openReplay(long run, List<ReplayPlan> plans) {
    Map<String, ReplayPlan> byView = by(plans, plan -> plan.view().name());
    return refs(
        catalog.change(
            "begin a replay",
            List.copyOf(byView.keySet()),
            (view, context) ->
                StreamTransitions.beginReplay(view, run, byView.get(view.view()), context)));
  }

  @Override
  public List<SliceRef> seal(List<SliceRef> histories) {
    Map<String, SliceRef> byView = by(histories, SliceRef::view);
    Map<String, SliceStats> stats = stats(byView);
    return refs(
        catalog.change(
            "complete the backfill",
            List.copyOf(byView.keySet()),
            (view, context) ->
                StreamTransitions.completeBackfill(
                    view, fence(byView.get(view.view())), stats.get(view.view()), context)));
  }

  @Override
  public void switchTo(Collection<VersionSwitch> switches) {
    Map<String, VersionSwitch> byView = by(switches, VersionSwitch::view);
    catalog.apply(
        "promote",
        List.copyOf(byView.keySet()),
        (view, context) -> {
          VersionSwitch change = byView.get(view.view());
          return StreamTransitions.promote(view, change.from(), change.to(), context);
        });
  }

  @Override
  public long retire(Collection<Long> versions) {
    Map<String, List<Long>> byView = new TreeMap<>();
    for (long version : versions) {
      byView.computeIfAbsent(viewOf(version), absent -> new ArrayList<>()).add(version);
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
      rows += drop(view.getKey(), view.getValue());
    }
    return rows;
  }

  private long drop(String view, List<Long> versions) {
    Set<Long> rowSets = new TreeSet<>();
    catalog.apply(
        "drop",
        List.of(view),
        (found, context) -> {
          ViewCatalog next = found;
          rowSets.clear();
          for (long version : versions) {
            found.version(version).stream()
                .flatMap(each -> each.slices().stream())
                .forEach(slice -> rowSets.add(slice.rows()));
            next = VersionTransitions.drop(next, version);
          }
          return next;
        });
    long rows = sweeper.sweep(view, trash -> rowSets.contains(trash.range().rows()));
    sweeper.dropLetters();
    return rows;
  }

  private String viewOf(long version) {
    return find(version)
        .map(ViewCatalog::view)
        .orElseThrow(
            () ->
                new CatalogException(
                    CatalogException.Code.UNKNOWN_VERSION, "there is no version " + version));
  }

  private Optional<ViewCatalog> find(long version) {
    return catalog.loadAll().values().stream()
        .filter(view -> view.version(version).isPresent())
        .findFirst();
  }

  @Override
  public Optional<VersionState> version(long id) {
    Optional<ViewCatalog> view = find(id);
    if (view.isEmpty()) {
      return Optional.empty();
    }
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      CatalogState state = snapshot.catalog(List.of(view.get().view()));
      return Catalog.parsed(List.of(view.get().view()), state)
          .get(view.get().view())
          .version(id)
          .map(version -> state(view.get(), version, state));
    }
  }

  private static VersionState state(ViewCatalog view, Version version, CatalogState state) {
    return new VersionState(
        view.view(),
        version.view().fingerprint(),
        version.view().log(),
        version.retired().isPresent(),
        Pointers.completeThrough(version, state),
        version
            .shown()
            .map(Slice::epochs)
            .sorted(Comparator.comparingLong(EpochRange::after))
            .toList(),
        version.slices().stream()
            .flatMap(slice -> Statuses.reading(view, slice, state).stream())
            .toList());
  }

  @Override
  public List<Reading> readings(long run) {
    Set<Long> filled = new TreeSet<>();
    for (ViewCatalog view : catalog.loadAll().values()) {
      view.fences().values().stream()
          .filter(fence -> fence.run() == run)
          .forEach(fence -> filled.add(fence.rows()));
    }
    return progress(run).stream()
        .flatMap(
            progress ->
                progress.readings().entrySet().stream()
                    .filter(reading -> filled.contains(reading.getKey()))
                    .map(
                        reading ->
                            progress.ended().isPresent()
                                ? reading.getValue().asEnded()
                                : reading.getValue()))
        .toList();
  }

  @Override
  public void beginReading(Collection<SliceRef> slices, long after) {
    List<ReadReport> reports = new ArrayList<>();
    for (SliceRef slice : slices) {
      boolean bounded =
          catalog.load(slice.view()).version(slice.version()).stream()
              .flatMap(version -> version.slices().stream())
              .anyMatch(each -> each.rows() == slice.slice() && !each.isShown());
      reports.add(new ReadReport.Begun(fence(slice), after, bounded));
    }
    storage.progress().report(reports);
  }

  @Override
  public void addReading(Collection<SliceRef> slices, long through, long bytes, long records) {
    storage
        .progress()
        .report(
            slices.stream()
                .<ReadReport>map(
                    slice -> new ReadReport.Read(fence(slice), through, bytes, records))
                .toList());
  }

  @Override
  public void rememberEpochs(Collection<SliceRef> slices, Collection<EpochContent> contents) {
    Map<Long, List<Fence>> byRun = new TreeMap<>();
    for (SliceRef slice : slices) {
      byRun.computeIfAbsent(slice.run(), absent -> new ArrayList<>()).add(fence(slice));
    }
    byRun.forEach((run, fences) -> remember(run, fences, contents));
  }

  private void remember(long run, List<Fence> fences, Collection<EpochContent> contents) {
    storage
        .progress()
        .heartbeat(
            new RunBeat(
                run, "", RunBeat.State.ALIVE, Optional.empty(), fences, List.copyOf(contents)));
  }

  @Override
  public List<EpochContent> epochs(long version) {
    List<SliceRange> ranges =
        find(version).flatMap(view -> view.version(version)).stream()
            .flatMap(Version::shown)
            .map(Slice::range)
            .toList();
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      return snapshot.contents(ranges);
    }
  }

  @Override
  public void complete(SliceRef slice, long epoch) {
    fenced(slice, () -> storage.progress().complete(fence(slice), epoch, Optional.empty()));
  }

  @Override
  public void caughtUp(SliceRef slice, LogEnd end) {
    fenced(
        slice,
        () ->
            storage
                .progress()
                .complete(fence(slice), end.closedThrough(), Optional.of(end.position())));
  }

  @Override
  public void write(SliceRef slice, Collection<StoredRow> rows) {
    write(slice, rows, Suspension.IGNORED);
  }

  @Override
  public void writeComplete(SliceRef slice, Collection<StoredRow> rows) {
    write(slice, rows, Suspension.RESPECTED);
  }

  private void write(SliceRef slice, Collection<StoredRow> rows, Suspension suspension) {
    fenced(slice, () -> storage.rows().write(fence(slice), rows, suspension));
  }

  private static void fenced(SliceRef slice, Runnable work) {
    try {
      work.run();
    } catch (FencedException e) {
      throw new UserException(
          "run "
              + slice.run()
              + " may no longer write view \""
              + slice.view()
              + "\": "
              + (e.owner() == 0
                  ? "its slice serves no answers, now or later, or the architecture was changed"
                  : "run " + e.owner() + " has taken over")
              + ". Keep one run of a layer at a time",
          e);
    }
  }

  @Override
  public long dropAbsorbed(String view) {
    ViewCatalog found = catalog.load(view);
    Set<Long> following = new TreeSet<>();
    found.versions().stream()
        .flatMap(version -> version.following().stream())
        .forEach(slice -> following.add(slice.rows()));
    return sweeper.sweep(view, trash -> following.contains(trash.range().rows()));
  }

  @Override
  public void writeDeadLetters(Collection<SliceRef> slices, Collection<DeadLetter> letters) {
    Map<String, Long> generations = new TreeMap<>();
    for (SliceRef slice : slices) {
      Version version =
          find(slice.version())
              .flatMap(view -> view.version(slice.version()))
              .orElseThrow(
                  () ->
                      new UserException(
                          "version "
                              + slice.version()
                              + " was retired: nothing more can be written for it"));
      generations.put(slice.view(), version.generation());
    }
    storage.deadLetters().write(generations, letters);
  }

  @Override
  public List<DeadLetter> deadLetters(
      Set<DeadLetter.Kind> kinds, Collection<Long> versions, int limit) {
    List<DeadLetter> letters = new ArrayList<>();
    storage.deadLetters().read(new LetterQuery(scopes(versions), kinds, limit), letters::add);
    return letters;
  }

  @Override
  public long deadLetterCount(Set<DeadLetter.Kind> kinds, Collection<Long> versions) {
    return storage.deadLetters().count(new LetterQuery(scopes(versions), kinds, Integer.MAX_VALUE));
  }

  private List<LetterQuery.Scope> scopes(Collection<Long> versions) {
    return catalog.loadAll().values().stream()
        .flatMap(
            view ->
                (versions.isEmpty() ? view.live() : view.versions())
                    .stream()
                        .filter(version -> versions.isEmpty() || versions.contains(version.id()))
                        .flatMap(version -> scopes(view.view(), version).stream()))
        .distinct()
        .toList();
  }

  private static List<LetterQuery.Scope> scopes(String view, Version version) {
    return version.letters().stream()
        .map(range -> new LetterQuery.Scope(view, range.generation(), range.epochs()))
        .toList();
  }

  @Override
  public List<Instant> untimely(String view) {
    List<Instant> times = new ArrayList<>();
    readUntimely(catalog.load(view), letter -> times.add(letter.eventTime().orElseThrow()));
    times.sort(null);
    return times;
  }

  private void readUntimely(ViewCatalog view, Consumer<DeadLetter> letters) {
    if (view.isLive()) {
      LetterQuery query =
          new LetterQuery(
              scopes(view.view(), view.live().get(0)),
              Set.of(DeadLetter.Kind.LATE, DeadLetter.Kind.AHEAD),
              Integer.MAX_VALUE);
      storage.deadLetters().read(query, letters);
    }
  }

  @Override
  public Optional<LiveState> read(ReadRequest request, Consumer<LiveRow> rows) {
    Known before = known.computeIfAbsent(request.view(), this::load);
    Optional<LiveHead> found =
        storage
            .rows()
            .readLive(LiveStates.query(request, before.catalog(), before.revision()), rows);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    LiveHead head = found.get();
    if (head.document().isEmpty()) {
      return LiveStates.of(before.catalog(), head);
    }
    Known now = new Known(head.revision(), CatalogJson.read(request.view(), head.document().get()));
    known.put(request.view(), now);
    // Which late events count depends on the document.
    Optional<LiveHead> counted =
        storage
            .rows()
            .readLive(
                LiveStates.query(request, now.catalog(), now.revision()).withoutRows(), row -> {});
    return LiveStates.of(
        now.catalog(),
        counted.map(later -> head.withLetters(later.undecodable(), later.late())).orElse(head));
  }

  private Known load(String view) {
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      CatalogState state = snapshot.catalog(List.of(view));
      CatalogState.Entry entry = state.entries().get(view);
      return new Known(
          entry == null ? 0 : entry.revision(), Catalog.parsed(List.of(view), state).get(view));
    }
  }

  @Override
  public Optional<io.anabranch.api.spi.LivePointer> readBeside(
      SliceRef slice, EpochRange epochs, Consumer<SideRow> rows) {
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      CatalogState state = snapshot.catalog(List.of(slice.view()));
      ViewCatalog view = Catalog.parsed(List.of(slice.view()), state).get(slice.view());
      List<SliceRange> ranges =
          new ArrayList<>(within(view.liveSlices().stream().map(Slice::range).toList(), epochs));
      int live = ranges.size();
      ranges.add(all(slice.slice()));
      snapshot.scan(ranges, (row, part) -> rows.accept(side(row, part < live)));
      return pointer(slice.view(), state);
    }
  }

  private static List<SliceRange> within(List<SliceRange> slices, EpochRange epochs) {
    List<SliceRange> ranges = new ArrayList<>();
    for (SliceRange slice : slices) {
      long after = Math.max(slice.epochs().after(), epochs.after());
      long through = Math.min(slice.epochs().through(), epochs.through());
      if (after < through) {
        ranges.add(new SliceRange(slice.rows(), new EpochRange(after, through)));
      }
    }
    return ranges;
  }

  private static SideRow side(StoredRow row, boolean live) {
    return new SideRow(live, row.bucket(), row.length(), row.key(), row.accumulator());
  }

  @Override
  public void readVersions(long live, long other, long through, Consumer<SideRow> rows) {
    EpochRange epochs = new EpochRange(NONE, through);
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      CatalogState state = snapshot.catalog(List.of());
      Collection<ViewCatalog> views = Catalog.parsed(state.entries().keySet(), state).values();
      List<SliceRange> ranges = new ArrayList<>(within(shown(views, live), epochs));
      int first = ranges.size();
      ranges.addAll(within(shown(views, other), epochs));
      snapshot.scan(ranges, (row, part) -> rows.accept(side(row, part < first)));
    }
  }

  private static List<SliceRange> shown(Collection<ViewCatalog> views, long version) {
    return views.stream()
        .flatMap(view -> view.version(version).stream())
        .flatMap(Version::shown)
        .map(Slice::range)
        .toList();
  }

  @Override
  public void record(Reconciliation reconciliation) {
    storage.reports().add(reconciliation);
  }

  @Override
  public SliceRef openFold(long run, ViewRef view, List<Long> slices) {
    return refs(catalog.change(
            "open compaction",
            List.of(view.name()),
            (found, context) ->
                BatchTransitions.openCompaction(found, run, view, sources(found, slices), context)))
        .get(0);
  }

  /** Finds neighbouring slices by their row sets, as one row set may be there twice. */
  private static List<SliceRange> sources(ViewCatalog view, List<Long> slices) {
    List<SliceRange> shown =
        view.batch().stream()
            .flatMap(Version::shown)
            .sorted(Comparator.comparingLong(Slice::after))
            .map(Slice::range)
            .toList();
    for (int from = 0; from + slices.size() <= shown.size(); from++) {
      List<SliceRange> neighbours = shown.subList(from, from + slices.size());
      if (neighbours.stream().map(SliceRange::rows).toList().equals(slices)) {
        return neighbours;
      }
    }
    return slices.stream()
        .map(
            rows ->
                shown.stream().filter(range -> range.rows() == rows).findFirst().orElse(all(rows)))
        .toList();
  }

  @Override
  public void scan(Collection<Long> slices, Consumer<StoredRow> rows) {
    List<Long> numbers = List.copyOf(slices);
    List<SliceRange> ranges =
        catalog.loadAll().values().stream()
            .filter(
                view ->
                    view.batch().stream()
                        .flatMap(Version::shown)
                        .anyMatch(slice -> numbers.contains(slice.rows())))
            .flatMap(view -> sources(view, numbers).stream())
            .toList();
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      snapshot.scan(ranges, (row, part) -> rows.accept(row));
    }
  }

  @Override
  public void replace(SliceRef fold, List<Long> slices) {
    ViewCatalog view = catalog.load(fold.view());
    List<SliceRange> sources = sources(view, slices);
    Optional<Instant> updated =
        view.liveSlices().stream()
            .filter(slice -> sources.contains(slice.range()))
            .flatMap(slice -> slice.stats().flatMap(SliceStats::updated).stream())
            .max(Comparator.naturalOrder());
    SliceStats stats;
    List<EpochContent> contents;
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      stats = snapshot.stats(all(fold.slice()));
      contents = snapshot.contents(sources);
    }
    remember(fold.run(), List.of(new Fence(fold.view(), fold.slice(), fold.run(), NONE)), contents);
    SliceStats held = new SliceStats(stats.count(), stats.minBucket(), stats.maxBucket(), updated);
    catalog.apply(
        "compact",
        List.of(fold.view()),
        (found, context) -> BatchTransitions.compact(found, fence(fold), held));
  }

  @Override
  public Garbage collectGarbage(GarbageRules rules) {
    return sweeper.collect(rules, clock.instant());
  }

  @Override
  public List<ViewStatus> status() {
    List<ViewStatus> all = new ArrayList<>();
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      CatalogState state = snapshot.catalog(List.of());
      Statuses statuses = new Statuses(snapshot, state);
      for (ViewCatalog view : Catalog.parsed(state.entries().keySet(), state).values()) {
        if (view.isLive() || view.pointer().waiting().findAny().isPresent()) {
          Statuses.Late late = new Statuses.Late(view);
          readUntimely(view, late::add);
          all.add(statuses.of(view, storage.reports().last(view.view()), late));
        }
      }
    }
    return all;
  }

  @Override
  public void close() {
    storage.close();
  }
}
