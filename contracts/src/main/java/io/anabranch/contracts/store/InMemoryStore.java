/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.LiveSlice;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogChange;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.DeadLetterStore;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.ProgressStore;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.api.spi.store.ReportStore;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A store in memory, for tests: all of one process, and gone with it. */
public class InMemoryStore
    implements ViewStore, CatalogStore, RowStore, ProgressStore, DeadLetterStore, ReportStore {
  private static final Comparator<StoredRow> ORDER =
      comparing(StoredRow::keyText)
          .thenComparing(StoredRow::bucket)
          .thenComparing(StoredRow::length)
          .thenComparing(row -> new BigInteger(1, row.key()))
          .thenComparing(StoredRow::epoch);
  private static final Comparator<DeadLetter> LETTER_ORDER =
      comparingLong((DeadLetter letter) -> letter.place().epoch())
          .thenComparing(letter -> letter.place().origin())
          .thenComparing(letter -> letter.place().position())
          .thenComparing(letter -> letter.view().orElse(""));

  private final Clock clock;
  private final Map<String, CatalogState.Entry> documents = new TreeMap<>();
  private final Map<String, List<LiveSlice>> live = new HashMap<>();
  private final Map<String, List<LetterQuery.Scope>> scopes = new HashMap<>();
  private final Map<Long, Fence> fences = new TreeMap<>();
  private final Map<Long, Long> progress = new TreeMap<>();
  private final Map<Long, LogPosition> positions = new HashMap<>();
  private final Map<Long, Activity> activity = new HashMap<>();

  /** By row set; the inner maps are replaced, never changed, so a snapshot can keep them. */
  private final Map<Long, NavigableMap<StoredRow, StoredRow>> rows = new TreeMap<>();

  private final Map<Long, NavigableMap<Long, EpochContent>> contents = new HashMap<>();
  private final Map<Long, RunProgress> runs = new TreeMap<>();
  private final Set<Long> suspended = new TreeSet<>();
  private final Map<Long, Reading> readings = new HashMap<>();
  private final Map<String, LogEnd> logs = new HashMap<>();
  private final Map<Long, NavigableMap<DeadLetter, DeadLetter>> letters = new TreeMap<>();
  private final Set<DeadLetter> discarded = new TreeSet<>(LETTER_ORDER);
  private final Map<String, Reconciliation> reconciliations = new HashMap<>();
  private final Map<IdKind, Long> lastIds = new EnumMap<>(IdKind.class);

  private record Activity(long changes, Instant updated) {}

  private record Reading(long run, boolean bounded, ReadProgress progress) {
    Reading with(ReadProgress next) {
      return new Reading(run, bounded, next);
    }
  }

  /** Creates an empty store. */
  public InMemoryStore(Clock clock) {
    this.clock = clock;
  }

  @Override
  public CatalogStore catalog() {
    return this;
  }

  @Override
  public RowStore rows() {
    return this;
  }

  @Override
  public ProgressStore progress() {
    return this;
  }

  @Override
  public DeadLetterStore deadLetters() {
    return this;
  }

  @Override
  public ReportStore reports() {
    return this;
  }

  @Override
  public synchronized boolean commit(List<CatalogChange> changes, Map<Long, Long> basedOn) {
    boolean same =
        changes.stream().allMatch(change -> revision(change.view()) == change.expected())
            && basedOn.entrySet().stream()
                .allMatch(
                    each ->
                        progress.getOrDefault(each.getKey(), Epochs.NONE).equals(each.getValue()));
    if (same) {
      changes.forEach(this::replace);
    }
    return same;
  }

  private long revision(String view) {
    return documents.containsKey(view) ? documents.get(view).revision() : 0;
  }

  private void replace(CatalogChange change) {
    documents.put(change.view(), new CatalogState.Entry(change.expected() + 1, change.document()));
    live.put(change.view(), change.live());
    scopes.put(change.view(), change.letters());
    Map<Long, Fence> previous = new HashMap<>(fences);
    fences.values().removeIf(fence -> fence.view().equals(change.view()));
    for (Fence fence : change.fences()) {
      fences.put(fence.rows(), fence);
      Fence before = previous.get(fence.rows());
      if (before == null || before.run() != fence.run()) {
        positions.remove(fence.rows());
      }
    }
  }

  @Override
  public synchronized long nextId(IdKind kind) {
    return lastIds.merge(kind, 1L, Long::sum);
  }

  @Override
  public synchronized Snapshot snapshot() {
    return new Moment();
  }

  /** Returns the fence as it is held, and fails if another run holds it; tests break it. */
  Fence requireOwner(Fence fence) {
    Fence held = fences.get(fence.rows());
    if (held == null || held.run() != fence.run()) {
      throw new FencedException(fence, held == null ? 0 : held.run());
    }
    return held;
  }

  @Override
  public synchronized void write(
      Fence fence, Collection<StoredRow> written, Suspension suspension) {
    Fence held = requireOwner(fence);
    if (suspension == Suspension.RESPECTED && suspended.contains(fence.run())) {
      return;
    }
    NavigableMap<StoredRow, StoredRow> next = new TreeMap<>(ORDER);
    next.putAll(of(fence.rows()));
    written.stream()
        .filter(row -> row.epoch() > held.after())
        .forEach(
            row -> next.merge(row, row, (a, b) -> b.contributions() >= a.contributions() ? b : a));
    rows.put(fence.rows(), next);
    long changes = activity.containsKey(fence.rows()) ? activity.get(fence.rows()).changes() : 0;
    activity.put(fence.rows(), new Activity(changes + 1, clock.instant()));
    runs.computeIfPresent(
        fence.run(),
        (id, run) ->
            new RunProgress(
                id,
                run.layer(),
                run.started(),
                run.seen(),
                run.ended(),
                run.rowsWritten() + written.size(),
                run.waits(),
                Map.of()));
  }

  private NavigableMap<StoredRow, StoredRow> of(long rowSet) {
    return rows.getOrDefault(rowSet, new TreeMap<>(ORDER));
  }

  @Override
  public void fill(Fence fence, Collection<StoredRow> filled) {
    write(fence, filled, Suspension.IGNORED);
  }

  @Override
  public synchronized Optional<LiveHead> readLive(RowQuery query, Consumer<LiveRow> consumer) {
    CatalogState.Entry entry = documents.get(query.view());
    if (entry == null) {
      return Optional.empty();
    }
    List<LiveSlice> slices = live.get(query.view());
    slices.stream()
        .flatMap(slice -> rows(slice).filter(row -> matches(query, row)))
        .sorted(comparing(LiveRow::keyText).thenComparing(LiveRow::bucket))
        .limit(query.limit().orElse(Integer.MAX_VALUE))
        .forEach(consumer);
    return Optional.of(
        new LiveHead(
            entry.revision(),
            Optional.of(entry.document())
                .filter(document -> entry.revision() != query.knownRevision()),
            slices.stream()
                .map(LiveSlice::range)
                .filter(range -> range.epochs().through() == Long.MAX_VALUE)
                .map(range -> active(range.rows()))
                .toList(),
            count(query, DeadLetter.Kind.FAULTS),
            count(query, DeadLetter.Kind.LATE_OR_EARLY),
            slices.stream()
                .map(slice -> logs.get(slice.log()))
                .filter(Objects::nonNull)
                .findFirst()));
  }

  private long count(RowQuery query, Set<DeadLetter.Kind> kinds) {
    RowQuery.Letters wanted = query.letters();
    LetterQuery letterQuery = new LetterQuery(scopes.get(query.view()), kinds, Integer.MAX_VALUE);
    return found(letterQuery).stream()
        .filter(letter -> isWanted(wanted, letter))
        .limit(LiveHead.MOST_LETTERS)
        .count();
  }

  private static boolean isWanted(RowQuery.Letters wanted, DeadLetter letter) {
    if (DeadLetter.Kind.FAULTS.contains(letter.kind())) {
      return letter.place().epoch() >= wanted.fromEpoch();
    }
    long time = letter.eventTime().get().toEpochMilli();
    boolean counted =
        letter.place().epoch() <= wanted.countedThrough() && time <= wanted.countedTime();
    return time >= wanted.fromTime() && time < wanted.toTime() && !counted;
  }

  private Stream<LiveRow> rows(LiveSlice slice) {
    return of(slice.range().rows()).values().stream()
        .filter(row -> slice.range().epochs().contains(row.epoch()))
        .map(
            row ->
                new LiveRow(
                    slice.speed(),
                    row.bucket(),
                    row.length(),
                    row.key(),
                    row.keyText(),
                    row.accumulator()));
  }

  private static boolean matches(RowQuery query, LiveRow row) {
    return row.bucket() >= query.fromBucket()
        && row.bucket() <= query.toBucket()
        && (query.keyTexts().isEmpty() || query.keyTexts().contains(row.keyText()))
        && query.afterKeyText().filter(after -> row.keyText().compareTo(after) <= 0).isEmpty();
  }

  private LiveHead.Activity active(long rowSet) {
    Long complete = progress.get(rowSet);
    Activity active = activity.get(rowSet);
    Fence fence = fences.get(rowSet);
    return new LiveHead.Activity(
        rowSet,
        complete == null ? OptionalLong.empty() : OptionalLong.of(complete),
        Optional.ofNullable(positions.get(rowSet)),
        active == null ? 0 : active.changes(),
        Optional.ofNullable(active).map(Activity::updated),
        Optional.ofNullable(fence)
            .map(held -> runs.get(held.run()))
            .filter(run -> run.ended().isEmpty())
            .map(RunProgress::seen));
  }

  @Override
  public synchronized long delete(long rowSet, EpochRange epochs, int most) {
    NavigableMap<StoredRow, StoredRow> next = new TreeMap<>(of(rowSet));
    List<StoredRow> garbage =
        next.values().stream().filter(row -> epochs.contains(row.epoch())).limit(most).toList();
    garbage.forEach(next::remove);
    rows.put(rowSet, next);
    if (next.isEmpty()) {
      rows.remove(rowSet);
    }
    return garbage.size();
  }

  @Override
  public synchronized void addWaits(long run, RunProgress.Waits waits) {
    runs.computeIfPresent(
        run,
        (id, before) ->
            new RunProgress(
                id,
                before.layer(),
                before.started(),
                before.seen(),
                before.ended(),
                before.rowsWritten(),
                before.waits().plus(waits),
                Map.of()));
  }

  @Override
  public synchronized void heartbeat(RunBeat beat) {
    Instant now = clock.instant();
    RunProgress before = runs.get(beat.run());
    runs.put(
        beat.run(),
        new RunProgress(
            beat.run(),
            before == null ? beat.layer() : before.layer(),
            before == null ? now : before.started(),
            now,
            beat.state() == RunBeat.State.ENDED
                ? Optional.of(now)
                : Optional.ofNullable(before).flatMap(RunProgress::ended),
            before == null ? 0 : before.rowsWritten(),
            before == null ? RunProgress.Waits.NONE : before.waits(),
            Map.of()));
    if (beat.state() == RunBeat.State.SUSPENDED) {
      suspended.add(beat.run());
    }
    beat.log().ifPresent(log -> logs.merge(log.id(), log.end(), InMemoryStore::later));
    for (Fence fence : beat.fences()) {
      Fence held = fences.get(fence.rows());
      if (held != null && held.run() == fence.run()) {
        beat.contents().stream()
            .filter(content -> content.epoch() > held.after())
            .forEach(
                content ->
                    contents
                        .computeIfAbsent(fence.rows(), absent -> new TreeMap<>())
                        .put(content.epoch(), content));
      }
    }
  }

  /** A run that looked earlier may report later. */
  private static LogEnd later(LogEnd a, LogEnd b) {
    return new LogEnd(
        a.position().merge(b.position()),
        Math.max(a.closedThrough(), b.closedThrough()),
        Math.min(a.firstEpoch(), b.firstEpoch()),
        Math.max(a.lastEpoch(), b.lastEpoch()),
        Math.max(a.trimmedThrough(), b.trimmedThrough()));
  }

  @Override
  public synchronized boolean complete(Fence fence, long through, Optional<LogPosition> position) {
    requireOwner(fence);
    if (suspended.contains(fence.run())) {
      return false;
    }
    progress.merge(fence.rows(), through, Math::max);
    position.ifPresent(at -> positions.put(fence.rows(), at));
    return true;
  }

  @Override
  public synchronized void report(Collection<ReadReport> reports) {
    for (ReadReport report : reports) {
      long rowSet = report.fence().rows();
      if (!fences.containsKey(rowSet) || fences.get(rowSet).run() != report.fence().run()) {
        continue;
      }
      if (report instanceof ReadReport.Begun begun) {
        readings.compute(rowSet, (id, before) -> begun(begun, before));
      } else { // what another run has read stays as it is
        readings.computeIfPresent(
            rowSet,
            (id, before) -> before.run() == report.fence().run() ? after(before, report) : before);
      }
    }
  }

  private Reading begun(ReadReport.Begun begun, @Nullable Reading before) {
    return new Reading(
        begun.fence().run(),
        begun.bounded(),
        ReadProgress.begun(
            begun.after(),
            before == null ? LogPosition.START : before.progress().reached(),
            clock.instant()));
  }

  private Reading after(Reading before, ReadReport report) {
    return before.with(
        report instanceof ReadReport.Read read
            ? before.progress().plus(read.more(), clock.instant(), before.bounded())
            : before.progress().asStored());
  }

  @Override
  public synchronized List<RunProgress> read(Collection<Long> wanted) {
    return runs.values().stream()
        .filter(run -> wanted.isEmpty() || wanted.contains(run.run()))
        .map(run -> with(run, readings(reading -> reading.run() == run.run())))
        .toList();
  }

  private Map<Long, ReadProgress> readings(Predicate<Reading> wanted) {
    Map<Long, ReadProgress> found = new TreeMap<>();
    readings.forEach(
        (rowSet, reading) -> {
          if (wanted.test(reading)) {
            found.put(rowSet, reading.progress().aliveAt(alive(rowSet, reading.run())));
          }
        });
    return found;
  }

  /** When a run was last alive, if it fills a row set and has neither ended nor died. */
  private Optional<Instant> alive(long rowSet, long run) {
    return Optional.ofNullable(fences.get(rowSet))
        .filter(fence -> fence.run() == run)
        .map(fence -> runs.get(run))
        .filter(progress -> progress.ended().isEmpty())
        .map(RunProgress::seen)
        .filter(seen -> seen.isAfter(clock.instant().minus(ProgressStore.SILENCE)));
  }

  private static RunProgress with(RunProgress run, Map<Long, ReadProgress> read) {
    return new RunProgress(
        run.run(),
        run.layer(),
        run.started(),
        run.seen(),
        run.ended(),
        run.rowsWritten(),
        run.waits(),
        read);
  }

  @Override
  public synchronized void write(Map<String, Long> generations, Collection<DeadLetter> written) {
    for (DeadLetter letter : written) {
      generations.forEach(
          (view, generation) -> {
            if (letter.view().map(view::equals).orElse(true)) {
              letters
                  .computeIfAbsent(generation, absent -> new TreeMap<>(LETTER_ORDER))
                  .putIfAbsent(
                      letter,
                      DeadLetter.Kind.FAULTS.contains(letter.kind()) && discarded.contains(letter)
                          ? letter.as(DeadLetter.Kind.DISCARDED)
                          : letter);
            }
          });
    }
  }

  @Override
  public synchronized void discard(Collection<DeadLetter> given) {
    discarded.addAll(given);
    for (NavigableMap<DeadLetter, DeadLetter> generation : letters.values()) {
      for (DeadLetter letter : given) {
        generation.computeIfPresent(
            letter,
            (id, stored) ->
                stored.kind() == letter.kind() ? stored.as(DeadLetter.Kind.DISCARDED) : stored);
      }
    }
  }

  @Override
  public void read(LetterQuery query, Consumer<DeadLetter> consumer) {
    found(query).stream().limit(query.limit()).forEach(consumer);
  }

  @Override
  public long count(LetterQuery query) {
    return Math.min(query.limit(), found(query).size());
  }

  private synchronized Set<DeadLetter> found(LetterQuery query) {
    Set<DeadLetter> found = new TreeSet<>(LETTER_ORDER);
    for (LetterQuery.Scope scope : query.scopes()) {
      letters.getOrDefault(scope.generation(), new TreeMap<>(LETTER_ORDER)).values().stream()
          .filter(letter -> letter.view().map(scope.view()::equals).orElse(true))
          .filter(letter -> query.kinds().contains(letter.kind()))
          .filter(letter -> scope.epochs().contains(letter.place().epoch()))
          .forEach(found::add);
    }
    return found;
  }

  @Override
  public void dropAllBut(Supplier<Set<Long>> named) {
    Set<Long> listed;
    synchronized (this) {
      listed = new TreeSet<>(letters.keySet());
    }
    listed.removeAll(named.get());
    synchronized (this) {
      letters.keySet().removeAll(listed);
    }
  }

  @Override
  public synchronized void add(Reconciliation reconciliation) {
    reconciliations.put(reconciliation.view(), reconciliation);
  }

  @Override
  public synchronized Optional<Reconciliation> last(String view) {
    return Optional.ofNullable(reconciliations.get(view));
  }

  @Override
  public void close() {}

  private final class Moment implements Snapshot {
    private final Map<String, CatalogState.Entry> documentsThen = Map.copyOf(documents);
    private final Map<Long, Long> progressThen = Map.copyOf(progress);
    private final Map<Long, ReadProgress> readingsThen = readings(reading -> true);
    private final Map<Long, NavigableMap<StoredRow, StoredRow>> rowsThen = Map.copyOf(rows);

    @Override
    public CatalogState catalog(Collection<String> views) {
      Map<String, CatalogState.Entry> wanted = new TreeMap<>(documentsThen);
      if (!views.isEmpty()) {
        wanted.keySet().retainAll(views);
      }
      return new CatalogState(wanted, progressThen, readingsThen);
    }

    @Override
    public void scan(List<SliceRange> slices, ObjIntConsumer<StoredRow> consumer) {
      record Found(StoredRow row, int slice) {}
      List<Found> found = new ArrayList<>();
      for (int i = 0; i < slices.size(); i++) {
        int slice = i;
        rows(slices.get(i)).forEach(row -> found.add(new Found(row, slice)));
      }
      found.stream()
          .sorted(comparing(Found::row, ORDER))
          .forEach(each -> consumer.accept(each.row(), each.slice()));
    }

    private Stream<StoredRow> rows(SliceRange slice) {
      return rowsThen.getOrDefault(slice.rows(), new TreeMap<>(ORDER)).values().stream()
          .filter(row -> slice.epochs().contains(row.epoch()));
    }

    @Override
    public SliceStats stats(SliceRange slice) {
      List<StoredRow> held = rows(slice).toList();
      return new SliceStats(
          held.size(),
          held.stream().mapToLong(StoredRow::bucket).min().orElse(0),
          held.stream().mapToLong(StoredRow::bucket).max().orElse(0),
          Optional.ofNullable(activity.get(slice.rows())).map(Activity::updated));
    }

    @Override
    public List<EpochContent> contents(List<SliceRange> slices) {
      return slices.stream()
          .flatMap(
              slice ->
                  contents.getOrDefault(slice.rows(), new TreeMap<>()).values().stream()
                      .filter(content -> slice.epochs().contains(content.epoch())))
          .sorted(comparingLong(EpochContent::epoch))
          .toList();
    }

    @Override
    public void close() {}
  }
}
