/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.EpochContent;
import io.anabranch.api.spi.SliceRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** What the log held of the epochs that slices were computed from; it lies where the rows lie. */
final class EpochMemory {
  private EpochMemory() {}

  static void remember(
      Connection connection, Collection<SliceRef> slices, Collection<EpochContent> contents)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO anabranch_epoch"
                + " (slice, epoch, position, parts, bytes, checksum, closed)"
                + " SELECT s.slice, ?, ?, ?, ?, ?, ? FROM anabranch_slice s"
                + " WHERE s.slice = ? AND s.run = ? AND s.after_epoch < ?")) {
      for (SliceRef slice : slices) {
        for (EpochContent content : contents) {
          statement.setLong(1, content.epoch());
          statement.setString(2, content.position());
          statement.setLong(3, content.parts());
          statement.setLong(4, content.bytes());
          statement.setString(5, content.checksum());
          statement.setBoolean(6, content.closed());
          statement.setLong(7, slice.slice());
          statement.setLong(8, slice.run());
          statement.setLong(9, content.epoch());
          statement.addBatch();
        }
      }
      statement.executeBatch();
    }
  }

  static List<EpochContent> ofVersion(Connection connection, long version) throws SQLException {
    return Sql.list(
        connection,
        row ->
            new EpochContent(
                row.getLong("epoch"),
                row.getString("position"),
                row.getLong("parts"),
                row.getLong("bytes"),
                row.getString("checksum"),
                row.getBoolean("closed")),
        "SELECT e.* FROM anabranch_slice s"
            + " JOIN anabranch_epoch e ON e.slice = COALESCE(s.rows_of, s.slice)"
            + " AND e.epoch > s.after_epoch AND e.epoch <= s.through_epoch"
            + " WHERE s.version = ? AND s.visible = 1 ORDER BY e.epoch",
        version);
  }

  /** Gives a slice what other slices remember, whose place it takes. */
  static void copy(Connection connection, long slice, Collection<Long> from) throws SQLException {
    for (long each : from) {
      Sql.update(
          connection,
          "INSERT OR REPLACE INTO anabranch_epoch"
              + " SELECT ?, e.epoch, e.position, e.parts, e.bytes, e.checksum, e.closed"
              + " FROM anabranch_slice s"
              + " JOIN anabranch_epoch e ON e.slice = COALESCE(s.rows_of, s.slice)"
              + " AND e.epoch > s.after_epoch AND e.epoch <= s.through_epoch"
              + " WHERE s.slice = ?",
          slice,
          each);
    }
  }

  /** Removes what no slice shows any more. */
  static void collectGarbage(Connection connection) throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM anabranch_epoch WHERE NOT EXISTS (SELECT 1 FROM anabranch_slice s"
            + " WHERE COALESCE(s.rows_of, s.slice) = anabranch_epoch.slice"
            + " AND anabranch_epoch.epoch > s.after_epoch"
            + " AND anabranch_epoch.epoch <= s.through_epoch)");
  }
}
