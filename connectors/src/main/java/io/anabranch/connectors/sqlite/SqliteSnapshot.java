/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static java.util.Comparator.comparingLong;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.EpochContent;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.SliceRange;
import io.anabranch.api.spi.store.SliceStats;
import io.anabranch.api.spi.store.Snapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjIntConsumer;

/** Reads in one transaction. */
final class SqliteSnapshot implements Snapshot {
  private static final String SLICE = "slice = ? AND epoch > ? AND epoch <= ?";

  private final Database.Reading reading;

  SqliteSnapshot(Database.Reading reading) {
    this.reading = reading;
  }

  @Override
  public CatalogState catalog(Collection<String> views) {
    return reading.read(
        connection -> new CatalogState(entries(connection, views), progress(connection)));
  }

  private static Map<String, CatalogState.Entry> entries(
      Connection connection, Collection<String> views) throws SQLException {
    Map<String, CatalogState.Entry> entries = new TreeMap<>();
    String which =
        views.isEmpty()
            ? ""
            : " WHERE view IN (" + String.join(", ", Collections.nCopies(views.size(), "?")) + ")";
    Sql.each(
        connection,
        row ->
            entries.put(
                row.getString("view"),
                new CatalogState.Entry(row.getLong("revision"), row.getString("document"))),
        "SELECT * FROM anabranch_catalog" + which,
        views.toArray());
    return entries;
  }

  private static Map<Long, Long> progress(Connection connection) throws SQLException {
    Map<Long, Long> progress = new TreeMap<>();
    Sql.each(
        connection,
        row -> progress.put(row.getLong(1), row.getLong(2)),
        "SELECT slice, complete_through FROM anabranch_progress");
    return progress;
  }

  @Override
  public void scan(List<SliceRange> slices, ObjIntConsumer<StoredRow> rows) {
    if (slices.isEmpty()) {
      return;
    }
    List<Object> parameters = new ArrayList<>();
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < slices.size(); i++) {
      sql.append(i == 0 ? "" : " UNION ALL ")
          .append("SELECT ")
          .append(i)
          .append(" AS part, * FROM anabranch_row WHERE ")
          .append(SLICE);
      parameters.addAll(parameters(slices.get(i)));
    }
    sql.append(" ORDER BY hash, key_text, bucket, length, key, epoch");
    reading.read(
        connection -> {
          try (PreparedStatement statement =
                  Sql.prepare(connection, sql.toString(), parameters.toArray());
              ResultSet result = statement.executeQuery()) {
            while (result.next()) {
              rows.accept(row(result), result.getInt("part"));
            }
          }
          return null;
        });
  }

  private static StoredRow row(ResultSet result) throws SQLException {
    return new StoredRow(
        result.getLong("epoch"),
        result.getLong("bucket"),
        result.getLong("length"),
        result.getBytes("key"),
        result.getString("key_text"),
        result.getBytes("accumulator"),
        result.getLong("contributions"));
  }

  private static List<Object> parameters(SliceRange slice) {
    EpochRange epochs = slice.epochs();
    return List.of(slice.rows(), epochs.after(), epochs.through());
  }

  @Override
  public SliceStats stats(SliceRange slice) {
    return reading.read(
        connection ->
            Sql.one(
                    connection,
                    row ->
                        new SliceStats(
                            row.getLong(1),
                            row.getLong(2),
                            row.getLong(3),
                            Sql.instant(row, "updated")),
                    "SELECT COUNT(*), MIN(bucket), MAX(bucket), (SELECT MAX(updated)"
                        + " FROM anabranch_activity WHERE slice = ?1) AS updated"
                        + " FROM anabranch_row WHERE slice = ?1 AND epoch > ?2 AND epoch <= ?3",
                    parameters(slice).toArray())
                .orElseThrow());
  }

  @Override
  public List<EpochContent> contents(List<SliceRange> slices) {
    List<EpochContent> contents = new ArrayList<>();
    for (SliceRange slice : slices) {
      contents.addAll(
          reading.read(
              connection ->
                  Sql.list(
                      connection,
                      row ->
                          new EpochContent(
                              row.getLong("epoch"),
                              row.getString("position"),
                              row.getLong("parts"),
                              row.getLong("bytes"),
                              row.getString("checksum"),
                              row.getBoolean("closed")),
                      "SELECT * FROM anabranch_epoch WHERE " + SLICE,
                      parameters(slice).toArray())));
    }
    contents.sort(comparingLong(EpochContent::epoch));
    return contents;
  }

  @Override
  public void close() {
    reading.close();
  }
}
