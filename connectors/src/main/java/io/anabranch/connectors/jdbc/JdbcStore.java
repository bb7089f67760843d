/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LiveRow;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewRef;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A store on a database; each method is one transaction. */
final class JdbcStore implements ViewStore {
  private final Database database;
  private final Clock clock;
  private final AtomicBoolean closed = new AtomicBoolean();

  JdbcStore(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public long beginRun(String layer) {
    return database.write(
        connection ->
            Sql.insert(
                connection,
                "INSERT INTO anabranch_run (layer, started) VALUES (?, ?)",
                layer,
                clock.millis()));
  }

  @Override
  public Optional<LivePointer> pointer(String view) {
    return database.read(connection -> Pointers.find(connection, view));
  }

  @Override
  public List<SliceRef> openBatchSlices(long run, List<ViewRef> views, EpochRange epochs) {
    return database.write(
        connection -> {
          List<SliceRef> slices = new ArrayList<>();
          for (ViewRef view : views) {
            slices.add(Slices.openBatch(connection, clock.millis(), run, view, epochs));
          }
          return slices;
        });
  }

  @Override
  public void promote(Collection<SliceRef> slices) {
    database.write(
        connection -> {
          for (SliceRef slice : slices) {
            Promotion.promote(connection, slice);
          }
          return null;
        });
  }

  @Override
  public List<SliceRef> openStreamSlices(long run, List<ViewRef> views, Architecture architecture) {
    return database.write(
        connection -> {
          List<SliceRef> slices = new ArrayList<>();
          for (ViewRef view : views) {
            slices.add(Slices.openStream(connection, clock.millis(), run, view, architecture));
          }
          return slices;
        });
  }

  @Override
  public void complete(SliceRef slice, long epoch) {
    database.write(
        connection -> {
          Slices.requireOwner(connection, slice);
          return Sql.update(
              connection,
              "UPDATE anabranch_slice SET complete_through = ?"
                  + " WHERE slice = ? AND complete_through < ?",
              epoch,
              slice.slice(),
              epoch);
        });
  }

  @Override
  public void write(SliceRef slice, Collection<StoredRow> rows) {
    database.write(
        connection -> {
          Rows.write(connection, slice, rows);
          return null;
        });
  }

  @Override
  public void writeDeadLetters(Collection<DeadLetter> letters) {
    database.write(
        connection -> {
          DeadLetters.write(connection, letters);
          return null;
        });
  }

  @Override
  public List<DeadLetter> deadLetters(int limit) {
    return database.read(connection -> DeadLetters.read(connection, limit));
  }

  @Override
  public long deadLetterCount() {
    return database.read(DeadLetters::count);
  }

  @Override
  public Optional<LivePointer> read(ReadRequest request, Consumer<LiveRow> rows) {
    return database.read(connection -> LiveRows.read(connection, request, rows));
  }

  @Override
  public List<ViewStatus> status() {
    return database.snapshot(Status::read);
  }

  @Override
  public long rowsWritten(long run) {
    return database.read(
        connection ->
            Sql.one(
                    connection,
                    row -> row.getLong(1),
                    "SELECT rows FROM anabranch_run WHERE run = ?",
                    run)
                .orElse(0L));
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) { // the database counts its users
      database.close();
    }
  }
}
