/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.api.spi.store.RowStore.Suspension;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.catalog.Garbage;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.catalog.LiveRows;
import io.anabranch.catalog.LiveState;
import io.anabranch.catalog.ReadRequest;
import io.anabranch.catalog.Runs;
import io.anabranch.catalog.SideBySide;
import io.anabranch.catalog.SideRow;
import io.anabranch.catalog.VersionState;
import io.anabranch.catalog.VersionSwitch;
import io.anabranch.catalog.ViewLifecycle;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.ViewStatus;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.Changed;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.catalog.transition.SlicePlan;
import io.anabranch.catalog.transition.StreamTransitions;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A store, and what runs and readers do with it, in short words for tests. Each method calls one
 * method of {@link ViewLifecycle}, {@link Runs}, {@link DeadLetters}, {@link LiveRows} or of the
 * store, which say what it does.
 */
public final class TestStore implements AutoCloseable {
  private final ViewStore store;
  private final Catalog catalog;
  private final ViewLifecycle lifecycle;
  private final Runs runs;
  private final DeadLetters letters;
  private final Map<String, LiveRows> liveRows = new ConcurrentHashMap<>();

  /** Opens one. */
  public TestStore(ViewStore store, Clock clock) {
    this.store = store;
    this.catalog = new Catalog(store.catalog(), clock);
    this.lifecycle = new ViewLifecycle(store, clock);
    this.runs = new Runs(store);
    this.letters = new DeadLetters(store);
  }

  public long beginRun(String layer) {
    return runs.begin(layer);
  }

  public void heartbeat(long run) {
    store.progress().heartbeat(new RunBeat(run, "", RunBeat.State.ALIVE));
  }

  public void heartbeat(long run, String log, LogEnd end) {
    store
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

  public void endRun(long run) {
    runs.end(run);
  }

  public void suspend(long run) {
    runs.suspend(run);
  }

  public long rowsWritten(long run) {
    return runs.rowsWritten(run);
  }

  public List<ReadProgress> readings(long run) {
    return runs.readings(run);
  }

  public Optional<ViewState> live(String view) {
    return catalog.live(view);
  }

  public Optional<VersionState> version(long version) {
    return catalog.version(version);
  }

  public VersionState requireVersion(long version) {
    return catalog.requireVersion(version);
  }

  public List<ViewStatus> status() {
    return ViewStatus.all(store);
  }

  public List<OpenSlice> openBatch(long run, List<SlicePlan> plans) {
    return lifecycle.openBatch(run, plans);
  }

  public OpenSlice openBatch(long run, ViewRef view, EpochRange epochs) {
    return openBatch(run, List.of(new SlicePlan(view, epochs))).get(0);
  }

  public OpenSlice openScratch(long run, ViewRef view, EpochRange epochs) {
    return lifecycle.openScratch(run, view, epochs);
  }

  public void publish(Collection<OpenSlice> slices) {
    lifecycle.publish(slices);
  }

  public void discard(Collection<OpenSlice> slices) {
    lifecycle.discard(slices);
  }

  public List<OpenSlice> openSpeed(long run, List<ViewRef> views) {
    return lifecycle.openSpeed(run, views);
  }

  public OpenSlice openStream(long run, ViewRef view, Architecture architecture) {
    return architecture == Architecture.LAMBDA
        ? openSpeed(run, List.of(view)).get(0)
        : openKappa(run, view);
  }

  /** Goes on with the live version, or begins one from an empty backfill. */
  private OpenSlice openKappa(long run, ViewRef view) {
    Optional<ViewState> live = live(view.name());
    if (live.isPresent()) {
      return lifecycle.takeOver(run, view, live.get().catalog().live().get(0).id());
    }
    ReplayPlan nothing = new ReplayPlan(view, new EpochRange(NONE, NONE));
    return catalog
        .change(
            "open kappa",
            List.of(view.name()),
            (found, context) -> {
              Changed<OpenSlice> begun =
                  StreamTransitions.beginReplay(found, run, nothing, context);
              return StreamTransitions.completeBackfill(
                  begun.catalog(), begun.result().fence(), SliceStats.EMPTY, context);
            })
        .get(0);
  }

  public OpenSlice takeOver(long run, ViewRef view, long version) {
    return lifecycle.takeOver(run, view, version);
  }

  public List<String> changeArchitecture(Collection<String> views, Architecture to) {
    return lifecycle.changeArchitecture(views, to);
  }

  public List<OpenSlice> beginReplay(long run, List<ReplayPlan> plans) {
    return lifecycle.beginReplay(run, plans);
  }

  public List<OpenSlice> completeBackfill(List<OpenSlice> backfills) {
    return lifecycle.completeBackfill(backfills);
  }

  public void promote(Collection<VersionSwitch> switches) {
    lifecycle.promote(switches);
  }

  public long retire(Collection<Long> versions) {
    return lifecycle.retire(versions);
  }

  public long dropSuperseded(String view) {
    return lifecycle.dropSuperseded(view);
  }

  public Garbage collectGarbage(GarbageRules rules) {
    return lifecycle.collectGarbage(rules);
  }

  public OpenSlice openCompaction(long run, ViewRef view, List<Long> rowSets) {
    return lifecycle.openCompaction(run, view, sources(view.name(), rowSets));
  }

  public void compact(OpenSlice compacted) {
    lifecycle.compact(compacted);
  }

  /** Reads the rows of slices of the batch version. */
  public void scan(String view, List<Long> rowSets, Consumer<StoredRow> rows) {
    try (Snapshot snapshot = store.catalog().snapshot()) {
      snapshot.scan(sources(view, rowSets), (row, slice) -> rows.accept(row));
    }
  }

  private List<SliceRange> sources(String view, List<Long> rowSets) {
    List<SliceRange> shown =
        catalog.load(view).batch().stream()
            .flatMap(Version::shown)
            .sorted(Comparator.comparingLong(Slice::after))
            .map(Slice::range)
            .toList();
    return rowSets.stream()
        .map(
            rows ->
                shown.stream()
                    .filter(range -> range.rows() == rows)
                    .findFirst()
                    .orElse(new SliceRange(rows, EpochRange.ALL)))
        .toList();
  }

  public void write(OpenSlice slice, Collection<StoredRow> rows) {
    store.rows().write(slice.fence(), rows, Suspension.IGNORED);
  }

  public void writeWindows(OpenSlice slice, Collection<StoredRow> rows) {
    store.rows().write(slice.fence(), rows, Suspension.RESPECTED);
  }

  public void complete(OpenSlice slice, long epoch) {
    store.progress().complete(slice.fence(), epoch, Optional.empty());
  }

  public void caughtUp(OpenSlice slice, LogEnd end) {
    store.progress().complete(slice.fence(), end.closedThrough(), Optional.of(end.position()));
  }

  public void beginReading(Collection<OpenSlice> slices, long after, boolean bounded) {
    store
        .progress()
        .report(
            slices.stream()
                .<ReadReport>map(slice -> new ReadReport.Begun(slice.fence(), after, bounded))
                .toList());
  }

  public void beginReading(Collection<OpenSlice> slices, long after) {
    beginReading(slices, after, false);
  }

  public void addReading(Collection<OpenSlice> slices, long through, long bytes, long records) {
    addReading(slices, new ReadProgress.Increment(through, bytes, records, LogPosition.START));
  }

  public void addReading(Collection<OpenSlice> slices, ReadProgress.Increment more) {
    store
        .progress()
        .report(
            slices.stream()
                .<ReadReport>map(slice -> new ReadReport.Read(slice.fence(), more))
                .toList());
  }

  /** Writes letters for the versions of some slices. */
  public void writeDeadLetters(Collection<OpenSlice> slices, Collection<DeadLetter> written) {
    Map<String, Long> generations = new TreeMap<>();
    slices.forEach(slice -> generations.put(slice.view(), slice.generation()));
    writeDeadLetters(generations, written);
  }

  public void writeDeadLetters(Map<String, Long> generations, Collection<DeadLetter> written) {
    store.deadLetters().write(generations, written);
  }

  public List<DeadLetter> deadLetters(
      Set<DeadLetter.Kind> kinds, Collection<Long> versions, int limit) {
    return letters.read(kinds, versions, limit);
  }

  public List<DeadLetter> deadLetters(Set<DeadLetter.Kind> kinds, int limit) {
    return letters.read(kinds, List.of(), limit);
  }

  public long deadLetterCount(Set<DeadLetter.Kind> kinds, Collection<Long> versions) {
    return letters.count(kinds, versions);
  }

  public long deadLetterCount(Set<DeadLetter.Kind> kinds) {
    return letters.count(kinds, List.of());
  }

  public long deadLetterCount() {
    return letters.faults();
  }

  public Optional<LiveState> read(String view, ReadRequest request, Consumer<LiveRow> rows) {
    return liveRows.computeIfAbsent(view, absent -> new LiveRows(store, view)).read(request, rows);
  }

  public ViewState readBeside(OpenSlice slice, EpochRange epochs, Consumer<SideRow> rows) {
    return SideBySide.liveAnd(slice, epochs, store, rows);
  }

  public void record(Reconciliation reconciliation) {
    store.reports().add(reconciliation);
  }

  /** Returns the store itself. */
  public ViewStore store() {
    return store;
  }

  @Override
  public void close() {
    store.close();
  }
}
