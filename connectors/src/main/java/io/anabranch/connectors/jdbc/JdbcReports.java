/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.api.spi.store.ReportStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reconciliations; the last hundred of each view are kept. */
final class JdbcReports implements ReportStore {
  private static final int KEPT = 100;

  private final Transactions database;

  JdbcReports(Transactions database) {
    this.database = database;
  }

  @Override
  public void add(Reconciliation reconciliation) {
    database.write(
        connection -> {
          write(connection, reconciliation);
          return null;
        });
  }

  private static void write(Connection connection, Reconciliation reconciliation)
      throws SQLException {
    RowDifferences result = reconciliation.result();
    long number =
        Sql.one(
                connection,
                row -> row.getLong(1),
                "INSERT INTO anabranch_reconciliation (view, run, after_epoch, through_epoch, at, rows,"
                    + " different, only_live, only_other, largest, late, skipped)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING reconciliation",
                reconciliation.view(),
                reconciliation.run(),
                reconciliation.epochs().after(),
                reconciliation.epochs().through(),
                reconciliation.at().toEpochMilli(),
                result.rows(),
                result.different(),
                result.onlyLive(),
                result.onlyOther(),
                result.largest(),
                result.late(),
                reconciliation.skipped().orElse(null))
            .orElseThrow();
    int rank = 0;
    for (RowDifferences.Row row : result.worst()) {
      Sql.update(
          connection,
          "INSERT INTO anabranch_reconciliation_row (reconciliation, rank, bucket, key, live, other)"
              + " VALUES (?, ?, ?, ?, ?, ?)",
          number,
          rank++,
          row.bucket().toEpochMilli(),
          row.key(),
          row.live().orElse(null),
          row.other().orElse(null));
    }
    String previous =
        " <= (SELECT reconciliation FROM anabranch_reconciliation WHERE view = ?"
            + " ORDER BY reconciliation DESC LIMIT 1 OFFSET "
            + KEPT
            + ")";
    Sql.update(
        connection,
        "DELETE FROM anabranch_reconciliation_row WHERE reconciliation IN (SELECT reconciliation"
            + " FROM anabranch_reconciliation WHERE view = ? AND reconciliation"
            + previous
            + ")",
        reconciliation.view(),
        reconciliation.view());
    Sql.update(
        connection,
        "DELETE FROM anabranch_reconciliation WHERE view = ? AND reconciliation" + previous,
        reconciliation.view(),
        reconciliation.view());
  }

  @Override
  public Optional<Reconciliation> last(String view) {
    return database.read(connection -> last(connection, view));
  }

  private static Optional<Reconciliation> last(Connection connection, String view)
      throws SQLException {
    return Sql.one(
        connection,
        row ->
            new Reconciliation(
                view,
                row.getLong("run"),
                new EpochRange(row.getLong("after_epoch"), row.getLong("through_epoch")),
                Instant.ofEpochMilli(row.getLong("at")),
                new RowDifferences(
                    row.getLong("rows"),
                    row.getLong("different"),
                    row.getLong("only_live"),
                    row.getLong("only_other"),
                    row.getDouble("largest"),
                    worst(connection, row.getLong("reconciliation")),
                    row.getLong("late")),
                Optional.ofNullable(row.getString("skipped"))),
        "SELECT * FROM anabranch_reconciliation WHERE view = ?"
            + " ORDER BY reconciliation DESC LIMIT 1",
        view);
  }

  private static List<RowDifferences.Row> worst(Connection connection, long reconciliation)
      throws SQLException {
    return Sql.list(
        connection,
        row ->
            new RowDifferences.Row(
                Instant.ofEpochMilli(row.getLong("bucket")),
                row.getString("key"),
                Optional.ofNullable(row.getString("live")),
                Optional.ofNullable(row.getString("other"))),
        "SELECT * FROM anabranch_reconciliation_row WHERE reconciliation = ? ORDER BY rank",
        reconciliation);
  }
}
