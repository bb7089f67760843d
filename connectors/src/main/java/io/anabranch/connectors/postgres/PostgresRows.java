/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.connectors.jdbc.Fences;
import io.anabranch.connectors.jdbc.LiveRead;
import io.anabranch.connectors.jdbc.RowSets;
import io.anabranch.connectors.jdbc.RowTable;
import io.anabranch.connectors.jdbc.Sql;
import io.anabranch.connectors.jdbc.Transactions;
import io.anabranch.connectors.jdbc.Transactions.Thing;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/** Rows: one round trip for a write and for an answer. */
final class PostgresRows implements RowStore, RowTable {
  /**
   * The fence is looked at by a statement of its own, after the lock is granted: only so it sees
   * what a take-over committed meanwhile. Activity comes last, so that it is locked for the least
   * time and after the rows.
   */
  private static final String WRITE =
      """
      SELECT pg_advisory_xact_lock_shared(%1$s), pg_advisory_xact_lock_shared(%1$s);
      WITH f AS (SELECT run, after_epoch FROM anabranch_fence WHERE slice = ?),
      held AS (SELECT after_epoch FROM f WHERE run = ?
        AND NOT (? AND EXISTS (SELECT 1 FROM anabranch_run o WHERE o.run = f.run AND o.suspended))),
      given AS (SELECT u.* FROM held, unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        AS u(bucket, length, epoch, contributions, key_text, key, accumulator, whole_text, whole_key,
          part)
        WHERE u.epoch > held.after_epoch),
      written AS (INSERT INTO anabranch_row SELECT ?, g.* FROM given g %2$s RETURNING 1),
      counted AS (SELECT COUNT(*) AS n FROM written),
      noted AS (%3$s SELECT ?, ?, pg_backend_pid() %% 16, (SELECT COUNT(*) FROM given), 1, ?
        FROM counted WHERE EXISTS (SELECT 1 FROM given) %4$s)
      SELECT (SELECT run FROM f), counted.n FROM counted"""
          .formatted(
              PostgresDatabase.KEY, RowArrays.ON_CONFLICT, RowArrays.NOTE, RowArrays.NOTE_CONFLICT);

  private static final String DELETE =
      """
      DELETE FROM anabranch_row WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM anabranch_row WHERE slice = ? AND epoch > ? AND epoch <= ? LIMIT ?))""";

  /** The rows of one key, or up to so many, come at once; others in parts, in a transaction. */
  private static final int FEW = 1_000;

  private final PostgresDatabase database;
  private final Clock clock;
  private final LiveRead read = new PostgresLiveRead();

  PostgresRows(PostgresDatabase database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public String order() {
    return "key_text, bucket, length, key, epoch";
  }

  @Override
  public String viewOfName() {
    return "SELECT 1 FROM pg_views WHERE schemaname = current_schema() AND viewname = ?";
  }

  @Override
  public StoredRow row(ResultSet result) throws SQLException {
    byte[] wholeKey = result.getBytes("whole_key");
    String wholeText = result.getString("whole_text");
    return new StoredRow(
        result.getLong("epoch"),
        result.getLong("bucket"),
        result.getLong("length"),
        wholeKey == null ? result.getBytes("key") : wholeKey,
        StoredKey.decode(wholeText == null ? result.getString("key_text") : wholeText),
        result.getBytes("accumulator"),
        result.getLong("contributions"),
        Optional.ofNullable(result.getString("part")));
  }

  @Override
  public void write(Fence fence, Collection<StoredRow> rows, Suspension suspension) {
    RowArrays arrays = RowArrays.of(rows);
    long owner =
        database.read(
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
                int i = 0;
                statement.setString(++i, database.key(Thing.fence(fence.rows())));
                statement.setString(++i, database.key(Thing.run(fence.run())));
                statement.setLong(++i, fence.rows());
                statement.setLong(++i, fence.run());
                statement.setBoolean(++i, suspension == Suspension.RESPECTED);
                i = arrays.set(statement, i);
                statement.setLong(++i, fence.rows());
                statement.setLong(++i, fence.rows());
                statement.setLong(++i, fence.run());
                statement.setLong(++i, clock.millis());
                return owner(statement);
              }
            });
    if (owner != fence.run()) {
      throw new FencedException(fence, owner);
    }
  }

  private static long owner(PreparedStatement statement) throws SQLException {
    statement.execute();
    statement.getMoreResults();
    try (ResultSet result = statement.getResultSet()) {
      result.next();
      return result.getLong(1); // 0 if there is none
    }
  }

  @Override
  public void fill(Fence fence, Collection<StoredRow> rows) {
    database.write(
        connection -> {
          Fence held = Fences.require(database, connection, fence);
          RowArrays arrays =
              RowArrays.of(rows.stream().filter(row -> row.epoch() > held.after()).toList());
          if (arrays.size() > 0) {
            RowCopy.into(connection, fence.rows(), arrays);
            Sql.update(
                connection,
                RowArrays.NOTE
                    + " VALUES (?, ?, pg_backend_pid() % 16, ?, 1, ?) "
                    + RowArrays.NOTE_CONFLICT,
                fence.rows(),
                fence.run(),
                arrays.size(),
                clock.millis());
          }
          return null;
        });
  }

  @Override
  public Optional<LiveHead> readLive(RowQuery query, Consumer<LiveRow> rows) {
    boolean few = query.keyTexts().size() == 1 || query.limit().orElse(FEW + 1) <= FEW;
    if (few) {
      return database.read(connection -> read.read(connection, query, rows));
    }
    try (Transactions.Reading reading = database.begin()) {
      return reading.read(connection -> read.read(connection, query, rows));
    }
  }

  @Override
  public long delete(long rows, EpochRange epochs, int most) {
    return database.write(
        connection -> {
          int deleted =
              Sql.update(connection, DELETE, rows, epochs.after(), epochs.through(), most);
          if (deleted < most) {
            RowSets.forget(connection, rows, epochs);
          }
          return (long) deleted;
        });
  }
}
