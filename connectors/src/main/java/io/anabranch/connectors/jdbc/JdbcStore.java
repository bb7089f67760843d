/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.EpochContent;
import io.anabranch.api.spi.Garbage;
import io.anabranch.api.spi.GarbageRules;
import io.anabranch.api.spi.LivePointer;
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
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A store on a database; the classes beside it hold what each transaction does. */
final class JdbcStore implements ViewStore {
  private final Database database;
  private final Clock clock;
  private final GarbageCollector garbageCollector;
  private final AtomicBoolean closed = new AtomicBoolean();

  JdbcStore(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.garbageCollector = new GarbageCollector(database);
  }

  @Override
  public long beginRun(String layer) {
    return database.write(connection -> Runs.begin(connection, clock.millis(), layer));
  }

  @Override
  public void heartbeat(long run) {
    change(connection -> Runs.heartbeat(connection, clock.millis(), run));
  }

  @Override
  public void heartbeat(long run, String log, LogEnd end) {
    change(connection -> Runs.heartbeat(connection, clock.millis(), run, log, end));
  }

  @Override
  public void endRun(long run) {
    change(connection -> Runs.end(connection, clock.millis(), run));
  }

  @Override
  public void stopMarking(long run) {
    change(connection -> Runs.stopMarking(connection, run));
  }

  @Override
  public long rowsWritten(long run) {
    return database.read(connection -> Runs.rowsWritten(connection, run));
  }

  @Override
  public Optional<LivePointer> pointer(String view) {
    return database.read(connection -> Pointers.find(connection, view));
  }

  @Override
  public List<SliceRef> openBatchSlices(long run, List<SlicePlan> plans) {
    return all(
        plans,
        (connection, plan, generation) ->
            Slices.openBatch(connection, clock.millis(), run, plan, generation));
  }

  @Override
  public SliceRef openScratchSlice(long run, ViewRef view, EpochRange epochs) {
    return database.write(
        connection -> Slices.openScratch(connection, clock.millis(), run, view, epochs));
  }

  @Override
  public void promote(Collection<SliceRef> slices) {
    change(
        connection -> {
          for (SliceRef slice : slices) {
            Promotion.promote(connection, clock.millis(), slice);
          }
        });
  }

  @Override
  public void discard(Collection<SliceRef> slices) {
    garbageCollector.discard(slices.stream().map(SliceRef::slice).toList());
  }

  @Override
  public List<SliceRef> openStreamSlices(long run, List<ViewRef> views, Architecture architecture) {
    return all(
        views,
        (connection, view, generation) ->
            Slices.openStream(connection, clock.millis(), run, view, architecture, generation));
  }

  @Override
  public SliceRef openVersion(long run, ViewRef view, long version) {
    return database.write(connection -> Slices.openVersion(connection, run, view, version));
  }

  @Override
  public List<String> move(Collection<String> views, Architecture to) {
    return database.write(
        connection -> {
          List<String> moved = new ArrayList<>();
          for (String view : views) {
            if (Moves.move(connection, clock.millis(), view, to)) {
              moved.add(view);
            }
          }
          return moved;
        });
  }

  @Override
  public List<SliceRef> openReplay(long run, List<ReplayPlan> plans) {
    return database.write(connection -> Replays.open(connection, clock.millis(), run, plans));
  }

  @Override
  public List<SliceRef> seal(List<SliceRef> histories) {
    return all(
        histories,
        (connection, history, generation) -> Replays.seal(connection, clock.millis(), history));
  }

  @Override
  public void switchTo(Collection<VersionSwitch> switches) {
    change(
        connection -> {
          for (VersionSwitch each : switches) {
            Replays.switchTo(connection, clock.millis(), each);
          }
        });
  }

  @Override
  public long retire(Collection<Long> versions) {
    change(
        connection -> {
          for (long version : versions) {
            Replays.retire(connection, clock.millis(), version);
          }
        });
    return garbageCollector.remove(versions);
  }

  @Override
  public Optional<VersionState> version(long version) {
    return database.read(connection -> Versions.state(connection, version));
  }

  @Override
  public List<Reading> readings(long run) {
    return database.read(connection -> Readings.ofRun(connection, run));
  }

  @Override
  public void beginReading(Collection<SliceRef> slices, long after) {
    change(connection -> Readings.begin(connection, clock.millis(), slices, after));
  }

  @Override
  public void addReading(Collection<SliceRef> slices, long through, long bytes, long records) {
    change(connection -> Readings.add(connection, clock.millis(), slices, through, bytes, records));
  }

  @Override
  public void rememberEpochs(Collection<SliceRef> slices, Collection<EpochContent> contents) {
    change(connection -> EpochMemory.remember(connection, slices, contents));
  }

  @Override
  public List<EpochContent> epochs(long version) {
    return database.read(connection -> EpochMemory.ofVersion(connection, version));
  }

  @Override
  public void complete(SliceRef slice, long epoch) {
    change(connection -> Slices.complete(connection, slice, epoch));
  }

  @Override
  public void caughtUp(SliceRef slice, LogEnd end) {
    change(connection -> Slices.caughtUp(connection, slice, end));
  }

  @Override
  public void write(SliceRef slice, Collection<StoredRow> rows) {
    change(connection -> Rows.write(connection, clock.millis(), slice, rows));
  }

  @Override
  public void writeComplete(SliceRef slice, Collection<StoredRow> rows) {
    change(connection -> Rows.writeComplete(connection, clock.millis(), slice, rows));
  }

  @Override
  public long dropAbsorbed(String view) {
    return garbageCollector.dropAbsorbed(view);
  }

  @Override
  public void writeDeadLetters(Collection<SliceRef> slices, Collection<DeadLetter> letters) {
    change(connection -> DeadLetters.write(connection, slices, letters));
  }

  @Override
  public List<DeadLetter> deadLetters(
      Set<DeadLetter.Kind> kinds, Collection<Long> versions, int limit) {
    return database.read(connection -> DeadLetters.read(connection, kinds, versions, limit));
  }

  @Override
  public long deadLetterCount(Set<DeadLetter.Kind> kinds, Collection<Long> versions) {
    return database.read(connection -> DeadLetters.count(connection, kinds, versions));
  }

  @Override
  public List<Instant> untimely(String view) {
    return database.read(connection -> DeadLetters.times(connection, view));
  }

  @Override
  public Optional<LiveState> read(ReadRequest request, Consumer<LiveRow> rows) {
    return database.read(connection -> LiveRows.read(connection, request, rows));
  }

  @Override
  public Optional<LivePointer> readBeside(
      SliceRef slice, EpochRange epochs, Consumer<SideRow> rows) {
    return database.read(connection -> LiveRows.readBeside(connection, slice, epochs, rows));
  }

  @Override
  public void readVersions(long live, long other, long through, Consumer<SideRow> rows) {
    database.read(
        connection -> {
          LiveRows.readVersions(connection, live, other, through, rows);
          return null;
        });
  }

  @Override
  public void record(Reconciliation reconciliation) {
    change(connection -> Reconciliations.write(connection, reconciliation));
  }

  @Override
  public SliceRef openFold(long run, ViewRef view, List<Long> slices) {
    return database.write(connection -> Folds.open(connection, run, view, slices));
  }

  @Override
  public void scan(Collection<Long> slices, Consumer<StoredRow> rows) {
    database.read(
        connection -> {
          Rows.scan(connection, slices, rows);
          return null;
        });
  }

  @Override
  public void replace(SliceRef fold, List<Long> slices) {
    change(connection -> Folds.replace(connection, clock.millis(), fold, slices));
  }

  @Override
  public Garbage collectGarbage(GarbageRules rules) {
    return garbageCollector.collect(clock.millis(), rules);
  }

  @Override
  public List<ViewStatus> status() {
    return database.snapshot(Status::read);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) { // the database counts its users
      database.close();
    }
  }

  /** One thing for each of several others, in one transaction; what is new is of one generation. */
  private <A, B> List<B> all(List<A> each, Opening<A, B> opening) {
    return database.write(
        connection -> {
          long generation = Versions.nextGeneration(connection);
          List<B> opened = new ArrayList<>();
          for (A one : each) {
            opened.add(opening.open(connection, one, generation));
          }
          return opened;
        });
  }

  private void change(Change change) {
    database.write(
        connection -> {
          change.on(connection);
          return null;
        });
  }

  /** Opens something. */
  @FunctionalInterface
  private interface Opening<A, B> {
    B open(Connection connection, A from, long generation) throws SQLException;
  }

  /** Changes something. */
  @FunctionalInterface
  private interface Change {
    void on(Connection connection) throws SQLException;
  }
}
