/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.function.Consumer;

/** The rows of slices; see {@link StoredRow} for which row replaces which. */
final class Rows {
  private static final String UPSERT =
      "INSERT INTO anabranch_row"
          + " (slice, bucket, length, key, epoch, key_text, accumulator, contributions)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
          + " ON CONFLICT (slice, bucket, length, key, epoch) DO UPDATE SET"
          + " accumulator = excluded.accumulator, contributions = excluded.contributions"
          + " WHERE excluded.contributions >= anabranch_row.contributions";

  private Rows() {}

  static void write(Connection connection, long now, SliceRef slice, Collection<StoredRow> rows)
      throws SQLException {
    Slices.requireOwner(connection, slice);
    long absorbed = absorbedThrough(connection, slice);
    boolean written = false;
    try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
      for (StoredRow row : rows) {
        if (row.epoch() <= absorbed) {
          continue; // batch answers for it, and its rows are dropped already
        }
        statement.setLong(1, slice.slice());
        statement.setLong(2, row.bucket());
        statement.setLong(3, row.length());
        statement.setBytes(4, row.key());
        statement.setLong(5, row.epoch());
        statement.setString(6, row.keyText());
        statement.setBytes(7, row.accumulator());
        statement.setLong(8, row.contributions());
        statement.addBatch();
        written = true;
      }
      statement.executeBatch();
    }
    Sql.update(
        connection,
        "UPDATE anabranch_run SET rows = rows + ? WHERE run = ?",
        rows.size(),
        slice.run());
    if (written) {
      Sql.update(
          connection, "UPDATE anabranch_slice SET updated = ? WHERE slice = ?", now, slice.slice());
    }
  }

  /** Leaves the rows out if the run is about to stop, as their windows may lack events. */
  static void writeComplete(
      Connection connection, long now, SliceRef slice, Collection<StoredRow> rows)
      throws SQLException {
    if (Runs.marks(connection, slice.run())) {
      write(connection, now, slice, rows);
    }
  }

  /**
   * Returns the last epoch that batch has taken over from a speed slice.
   *
   * @throws UserException if it is a batch slice that readers have seen, which changes no more
   */
  private static long absorbedThrough(Connection connection, SliceRef slice) throws SQLException {
    return Sql.one(
            connection,
            row -> {
              if (row.getBoolean("was_shown") && row.getLong("through_epoch") < Long.MAX_VALUE) {
                throw new UserException(
                    "run "
                        + slice.run()
                        + " may no longer write view \""
                        + slice.view()
                        + "\": its slice was promoted");
              }
              return Sql.optionalLong(row, "base_through").orElse(Epochs.NONE);
            },
            "SELECT s.visible OR s.retired IS NOT NULL AS was_shown, s.through_epoch, p.base_through"
                + " FROM anabranch_slice s"
                + " LEFT JOIN anabranch_pointer p ON p.view = ? AND p.speed = s.version"
                + " WHERE s.slice = ?",
            slice.view(),
            slice.slice())
        .orElseThrow();
  }

  /** Reads the rows that slices show, ordered by bucket and key. */
  static void scan(Connection connection, Collection<Long> slices, Consumer<StoredRow> rows)
      throws SQLException {
    String in = String.join(", ", Collections.nCopies(slices.size(), "?"));
    try (PreparedStatement statement =
            Sql.prepare(
                connection,
                "SELECT r.* FROM anabranch_slice s"
                    + " JOIN anabranch_row r ON r.slice = COALESCE(s.rows_of, s.slice)"
                    + " WHERE r.epoch > s.after_epoch AND r.epoch <= s.through_epoch"
                    + " AND s.slice IN ("
                    + in
                    + ") ORDER BY r.bucket, r.length, r.key, r.epoch",
                slices.toArray());
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        rows.accept(
            new StoredRow(
                result.getLong("epoch"),
                result.getLong("bucket"),
                result.getLong("length"),
                result.getBytes("key"),
                result.getString("key_text"),
                result.getBytes("accumulator"),
                result.getLong("contributions")));
      }
    }
  }

  /**
   * Rows of a slice, through an epoch, that no other slice shows but a third one: the parameters.
   */
  static final String UNSHARED =
      " FROM anabranch_row r WHERE r.slice = ? AND r.epoch <= ? AND NOT EXISTS"
          + " (SELECT 1 FROM anabranch_slice o WHERE o.rows_of = r.slice AND o.slice <> ?"
          + " AND r.epoch > o.after_epoch AND r.epoch <= o.through_epoch)";

  /** Removes some of the {@link #UNSHARED} rows, {@code most} at most; returns how many. */
  static int delete(Connection connection, long slice, long throughEpoch, long besides, int most)
      throws SQLException {
    return Sql.update(
        connection,
        "DELETE FROM anabranch_row WHERE slice = ? AND (bucket, length, key, epoch) IN"
            + " (SELECT r.bucket, r.length, r.key, r.epoch"
            + UNSHARED
            + " LIMIT ?)",
        slice,
        slice,
        throughEpoch,
        besides,
        most);
  }
}
