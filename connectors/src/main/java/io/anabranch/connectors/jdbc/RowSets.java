/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What is stored of row sets besides their rows. */
public final class RowSets {
  private RowSets() {}

  /** Deletes it, for epochs of which no row is left. */
  public static void forget(Connection connection, long rows, EpochRange epochs)
      throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM anabranch_epoch WHERE slice = ? AND epoch > ? AND epoch <= ?",
        rows,
        epochs.after(),
        epochs.through());
    if (epochs.after() == Epochs.NONE && epochs.through() == Long.MAX_VALUE) {
      for (String table : List.of("progress", "activity", "reading")) {
        Sql.update(connection, "DELETE FROM anabranch_" + table + " WHERE slice = ?", rows);
      }
    }
  }
}
