/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.connectors.jdbc.Fences;
import io.anabranch.connectors.jdbc.LiveRead;
import io.anabranch.connectors.jdbc.RowSets;
import io.anabranch.connectors.jdbc.RowTable;
import io.anabranch.connectors.jdbc.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Rows. Sorted inserts append to pages; random ones rewrite them all over the table. */
final class SqliteRows implements RowStore, RowTable {
  private static final String UPSERT =
      """
      INSERT INTO anabranch_row
        (slice, hash, key_text, bucket, length, key, epoch, accumulator, contributions, part)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET accumulator = excluded.accumulator,
        contributions = excluded.contributions, part = excluded.part
      WHERE excluded.contributions >= contributions""";

  private static final String ACTIVITY =
      """
      INSERT INTO anabranch_activity VALUES (?, ?, ?, 1, ?)
      ON CONFLICT DO UPDATE SET
        rows = rows + excluded.rows, changes = changes + 1, updated = excluded.updated""";

  private static final String DELETE =
      """
      DELETE FROM anabranch_row WHERE slice = ?1 AND (hash, key_text, bucket, length, key, epoch) IN
        (SELECT hash, key_text, bucket, length, key, epoch FROM anabranch_row
         WHERE slice = ?1 AND epoch > ?2 AND epoch <= ?3 LIMIT ?4)""";

  /** A batch costs half of what its statements cost one by one; their parameters are copied. */
  private static final int BATCH = 1_000;

  private static final Comparator<Hashed> ORDER =
      Comparator.comparingLong(Hashed::hash)
          .thenComparing(hashed -> hashed.row().keyText())
          .thenComparingLong(hashed -> hashed.row().bucket())
          .thenComparingLong(hashed -> hashed.row().epoch());

  private final Database database;
  private final Clock clock;
  private final LiveRead read = new SqliteLiveRead();

  private record Hashed(long hash, StoredRow row) {}

  SqliteRows(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public void write(Fence fence, Collection<StoredRow> rows, Suspension suspension) {
    List<Hashed> sorted = sorted(rows);
    database.write(
        connection -> {
          Fence held = Fences.require(database, connection, fence);
          if (suspension == Suspension.IGNORED
              || !Fences.isSuspended(database, connection, fence.run())) {
            write(connection, held, sorted);
          }
          return null;
        });
  }

  @Override
  public void fill(Fence fence, Collection<StoredRow> rows) {
    write(fence, rows, Suspension.IGNORED);
  }

  @Override
  public String order() {
    return "hash, key_text, bucket, length, key, epoch";
  }

  @Override
  public String viewOfName() {
    return "SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = ?";
  }

  @Override
  public StoredRow row(ResultSet result) throws SQLException {
    return new StoredRow(
        result.getLong("epoch"),
        result.getLong("bucket"),
        result.getLong("length"),
        result.getBytes("key"),
        result.getString("key_text"),
        result.getBytes("accumulator"),
        result.getLong("contributions"),
        Optional.ofNullable(result.getString("part")));
  }

  private static List<Hashed> sorted(Collection<StoredRow> rows) {
    return rows.stream()
        .map(row -> new Hashed(KeyHash.of(row.keyText()), row))
        .sorted(ORDER)
        .toList();
  }

  private void write(Connection connection, Fence held, List<Hashed> rows) throws SQLException {
    int written = 0;
    try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
      for (Hashed hashed : rows) {
        StoredRow row = hashed.row();
        if (row.epoch() <= held.after()) {
          continue;
        }
        statement.setLong(1, held.rows());
        statement.setLong(2, hashed.hash());
        statement.setString(3, row.keyText());
        statement.setLong(4, row.bucket());
        statement.setLong(5, row.length());
        statement.setBytes(6, row.key());
        statement.setLong(7, row.epoch());
        statement.setBytes(8, row.accumulator());
        statement.setLong(9, row.contributions());
        statement.setString(10, row.part().orElse(null));
        statement.addBatch();
        if (++written % BATCH == 0) {
          statement.executeBatch();
        }
      }
      statement.executeBatch();
    }
    if (written > 0) {
      Sql.update(connection, ACTIVITY, held.rows(), held.run(), rows.size(), clock.millis());
    }
  }

  @Override
  public Optional<LiveHead> readLive(RowQuery query, Consumer<LiveRow> rows) {
    return database.read(connection -> read.read(connection, query, rows));
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
