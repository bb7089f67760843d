/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveRow;
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
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.ProgressStore;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.api.spi.store.ReportStore;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/** A store whose calls fail, die, are delayed or lost as a test wants. */
public final class FaultInjectingStore implements ViewStore {
  private final ViewStore store;
  private final Faults faults;

  /** What is called. */
  public enum Call {
    /** {@link CatalogStore#commit}; the detail is the name of the transition. */
    COMMIT,
    /** {@link CatalogStore#nextId}; the detail is the kind. */
    NEXT_ID,
    /** A read of a {@link Snapshot}; the detail is the name of the method. */
    SNAPSHOT,
    /** {@link RowStore#write} and {@link RowStore#fill}; the detail is the view. */
    WRITE,
    /** {@link RowStore#readLive}; the detail is the view. */
    READ_LIVE,
    /** {@link RowStore#delete}. */
    DELETE,
    /** {@link ProgressStore#heartbeat}; the detail is the state. */
    HEARTBEAT,
    /** {@link ProgressStore#complete}; the detail is the view. */
    COMPLETE,
    /** {@link ProgressStore#report} and {@link ProgressStore#read}. */
    PROGRESS,
    /** A call of a {@link DeadLetterStore}; the detail is the name of the method. */
    DEAD_LETTERS,
    /** A call of a {@link ReportStore}. */
    REPORTS
  }

  /** Gets each call before and after it is done; what it throws, the call throws. */
  public interface Faults {
    /** Gets a call that is not done yet. */
    default void before(Call call, String detail) {}

    /** Gets a call that is done. */
    default void after(Call call, String detail) {}

    /**
     * Returns whether a call is lost: it does nothing, and its caller is to believe that it was
     * done. Only of calls that return nothing, and of {@link Call#COMMIT}.
     */
    default boolean loses(Call call, String detail) {
      return false;
    }
  }

  /** Puts faults into a store. */
  public FaultInjectingStore(ViewStore store, Faults faults) {
    this.store = store;
    this.faults = faults;
  }

  private <T> T call(Call call, String detail, Supplier<T> work) {
    faults.before(call, detail);
    T result = work.get();
    faults.after(call, detail);
    return result;
  }

  private void run(Call call, String detail, Runnable work) {
    faults.before(call, detail);
    if (!faults.loses(call, detail)) {
      work.run();
    }
    faults.after(call, detail);
  }

  @Override
  public CatalogStore catalog() {
    return new FaultyCatalog(store.catalog());
  }

  @Override
  public RowStore rows() {
    return new FaultyRows(store.rows());
  }

  @Override
  public ProgressStore progress() {
    return new FaultyProgress(store.progress());
  }

  @Override
  public DeadLetterStore deadLetters() {
    return new FaultyDeadLetters(store.deadLetters());
  }

  @Override
  public ReportStore reports() {
    return new FaultyReports(store.reports());
  }

  @Override
  public void close() {
    store.close();
  }

  private final class FaultyCatalog implements CatalogStore {
    private final CatalogStore catalog;

    FaultyCatalog(CatalogStore catalog) {
      this.catalog = catalog;
    }

    @Override
    public boolean commit(List<CatalogChange> changes, Map<Long, Long> basedOn) {
      String transition = changes.isEmpty() ? "" : changes.get(0).transition();
      return call(
          Call.COMMIT,
          transition,
          () -> faults.loses(Call.COMMIT, transition) || catalog.commit(changes, basedOn));
    }

    @Override
    public long nextId(IdKind kind) {
      return call(Call.NEXT_ID, kind.name(), () -> catalog.nextId(kind));
    }

    @Override
    public Snapshot snapshot() {
      return new FaultySnapshot(catalog.snapshot());
    }
  }

  private final class FaultySnapshot implements Snapshot {
    private final Snapshot snapshot;

    FaultySnapshot(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    @Override
    public CatalogState catalog(Collection<String> views) {
      return call(Call.SNAPSHOT, "catalog", () -> snapshot.catalog(views));
    }

    @Override
    public void scan(List<SliceRange> slices, ObjIntConsumer<StoredRow> rows) {
      run(Call.SNAPSHOT, "scan", () -> snapshot.scan(slices, rows));
    }

    @Override
    public SliceStats stats(SliceRange slice) {
      return call(Call.SNAPSHOT, "stats", () -> snapshot.stats(slice));
    }

    @Override
    public List<EpochContent> contents(List<SliceRange> slices) {
      return call(Call.SNAPSHOT, "contents", () -> snapshot.contents(slices));
    }

    @Override
    public void close() {
      snapshot.close();
    }
  }

  private final class FaultyRows implements RowStore {
    private final RowStore rows;

    FaultyRows(RowStore rows) {
      this.rows = rows;
    }

    @Override
    public void write(Fence fence, Collection<StoredRow> written, Suspension suspension) {
      run(Call.WRITE, fence.view(), () -> rows.write(fence, written, suspension));
    }

    @Override
    public void fill(Fence fence, Collection<StoredRow> filled) {
      run(Call.WRITE, fence.view(), () -> rows.fill(fence, filled));
    }

    @Override
    public Optional<LiveHead> readLive(RowQuery query, Consumer<LiveRow> consumer) {
      return call(Call.READ_LIVE, query.view(), () -> rows.readLive(query, consumer));
    }

    @Override
    public long delete(long rowSet, EpochRange epochs, int most) {
      return call(Call.DELETE, "", () -> rows.delete(rowSet, epochs, most));
    }
  }

  private final class FaultyProgress implements ProgressStore {
    private final ProgressStore progress;

    FaultyProgress(ProgressStore progress) {
      this.progress = progress;
    }

    @Override
    public void heartbeat(RunBeat beat) {
      run(Call.HEARTBEAT, beat.state().name(), () -> progress.heartbeat(beat));
    }

    @Override
    public boolean complete(Fence fence, long through, Optional<LogPosition> position) {
      return call(Call.COMPLETE, fence.view(), () -> progress.complete(fence, through, position));
    }

    @Override
    public void report(Collection<ReadReport> reports) {
      run(Call.PROGRESS, "report", () -> progress.report(reports));
    }

    @Override
    public void addWaits(long run, RunProgress.Waits waits) {
      run(Call.PROGRESS, "waits", () -> progress.addWaits(run, waits));
    }

    @Override
    public List<RunProgress> read(Collection<Long> runs) {
      return call(Call.PROGRESS, "read", () -> progress.read(runs));
    }
  }

  private final class FaultyDeadLetters implements DeadLetterStore {
    private final DeadLetterStore letters;

    FaultyDeadLetters(DeadLetterStore letters) {
      this.letters = letters;
    }

    @Override
    public void write(Map<String, Long> generations, Collection<DeadLetter> written) {
      run(Call.DEAD_LETTERS, "write", () -> letters.write(generations, written));
    }

    @Override
    public void discard(Collection<DeadLetter> given) {
      run(Call.DEAD_LETTERS, "discard", () -> letters.discard(given));
    }

    @Override
    public void read(LetterQuery query, Consumer<DeadLetter> consumer) {
      run(Call.DEAD_LETTERS, "read", () -> letters.read(query, consumer));
    }

    @Override
    public long count(LetterQuery query) {
      return call(Call.DEAD_LETTERS, "count", () -> letters.count(query));
    }

    @Override
    public void dropAllBut(Supplier<Set<Long>> named) {
      run(Call.DEAD_LETTERS, "dropAllBut", () -> letters.dropAllBut(named));
    }
  }

  private final class FaultyReports implements ReportStore {
    private final ReportStore reports;

    FaultyReports(ReportStore reports) {
      this.reports = reports;
    }

    @Override
    public void add(Reconciliation reconciliation) {
      run(Call.REPORTS, "add", () -> reports.add(reconciliation));
    }

    @Override
    public Optional<Reconciliation> last(String view) {
      return call(Call.REPORTS, "last", () -> reports.last(view));
    }
  }
}
