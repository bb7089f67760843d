/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;

/** Writes rows; see {@link StoredRow} for which row replaces which. */
final class Rows {
  private static final String UPSERT =
      "INSERT INTO anabranch_row"
          + " (slice, bucket, key, epoch, key_text, accumulator, contributions)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?)"
          + " ON CONFLICT (slice, bucket, key, epoch) DO UPDATE SET"
          + " accumulator = excluded.accumulator, contributions = excluded.contributions"
          + " WHERE excluded.contributions >= anabranch_row.contributions";

  private Rows() {}

  static void write(Connection connection, SliceRef slice, Collection<StoredRow> rows)
      throws SQLException {
    Slices.requireOwner(connection, slice);
    try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
      for (StoredRow row : rows) {
        statement.setLong(1, slice.slice());
        statement.setLong(2, row.bucket());
        statement.setBytes(3, row.key());
        statement.setLong(4, row.epoch());
        statement.setString(5, row.keyText());
        statement.setBytes(6, row.accumulator());
        statement.setLong(7, row.contributions());
        statement.addBatch();
      }
      statement.executeBatch();
    }
    Sql.update(
        connection,
        "UPDATE anabranch_run SET rows = rows + ? WHERE run = ?",
        rows.size(),
        slice.run());
  }
}
