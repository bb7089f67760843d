/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.LogEnd;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Runs, and the logs as they saw them. */
final class Runs {
  private Runs() {}

  static long begin(Connection connection, long now, String layer) throws SQLException {
    return Sql.insert(
        connection,
        "INSERT INTO anabranch_run (layer, started, seen) VALUES (?, ?, ?)",
        layer,
        now,
        now);
  }

  static void heartbeat(Connection connection, long now, long run) throws SQLException {
    Sql.update(connection, "UPDATE anabranch_run SET seen = ? WHERE run = ?", now, run);
  }

  static void heartbeat(Connection connection, long now, long run, String log, LogEnd end)
      throws SQLException {
    heartbeat(connection, now, run);
    Sql.update(
        connection,
        "INSERT INTO anabranch_log (log, closed_through, first_epoch, last_epoch, position)"
            + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (log) DO UPDATE SET"
            + " closed_through = MAX(closed_through, excluded.closed_through),"
            + " first_epoch = MIN(first_epoch, excluded.first_epoch),"
            + " last_epoch = MAX(last_epoch, excluded.last_epoch), position = excluded.position",
        log,
        end.closedThrough(),
        end.firstEpoch(),
        end.lastEpoch(),
        end.position());
  }

  static void end(Connection connection, long now, long run) throws SQLException {
    Sql.update(
        connection, "UPDATE anabranch_run SET seen = ?, ended = ? WHERE run = ?", now, now, run);
  }

  static void stopMarking(Connection connection, long run) throws SQLException {
    Sql.update(connection, "UPDATE anabranch_run SET marks = 0 WHERE run = ?", run);
  }

  static boolean marks(Connection connection, long run) throws SQLException {
    return Sql.one(
            connection,
            row -> row.getBoolean(1),
            "SELECT marks FROM anabranch_run WHERE run = ?",
            run)
        .orElse(false);
  }

  static long rowsWritten(Connection connection, long run) throws SQLException {
    Optional<Long> rows =
        Sql.one(
            connection, row -> row.getLong(1), "SELECT rows FROM anabranch_run WHERE run = ?", run);
    return rows.orElse(0L);
  }
}
