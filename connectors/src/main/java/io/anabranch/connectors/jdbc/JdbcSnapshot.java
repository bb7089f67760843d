/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.util.Comparator.comparingLong;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.Snapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjIntConsumer;

/** Reads in one transaction. */
final class JdbcSnapshot implements Snapshot {
  private static final int MOST_MERGED = 20;
  private static final String SLICE = "slice = ? AND epoch > ? AND epoch <= ?";

  private final Transactions.Reading reading;
  private final RowTable table;
  private final Instant now;

  /**
   * Begins.
   *
   * @param now the time, by which runs that do not report are dead
   */
  JdbcSnapshot(Transactions.Reading reading, RowTable table, Instant now) {
    this.reading = reading;
    this.table = table;
    this.now = now;
  }

  @Override
  public CatalogState catalog(Collection<String> views) {
    return reading.read(
        connection ->
            new CatalogState(
                entries(connection, views),
                progress(connection),
                JdbcProgress.readings(connection, now)));
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
    String sql =
        (slices.size() <= MOST_MERGED ? merged(slices) : sorted(slices))
            + " ORDER BY "
            + table.order();
    reading.read(
        connection -> {
          try (PreparedStatement statement = Sql.prepare(connection, sql);
              ResultSet result = statement.executeQuery()) {
            while (result.next()) {
              rows.accept(table.row(result), result.getInt("slice_number"));
            }
          }
          return null;
        });
  }

  /** A few slices are merged as they are read, each in the order of the table. */
  private static String merged(List<SliceRange> slices) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      SliceRange slice = slices.get(i);
      parts.add(
          "SELECT %d AS slice_number, * FROM anabranch_row WHERE slice = %d AND epoch > %d AND epoch <= %d"
              .formatted(i, slice.rows(), slice.epochs().after(), slice.epochs().through()));
    }
    return String.join(" UNION ALL ", parts);
  }

  /** A statement may have some hundred parts; the rows of many slices are sorted. */
  private static String sorted(List<SliceRange> slices) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      SliceRange slice = slices.get(i);
      parts.add(
          "(%d, %d, %d, %d)"
              .formatted(i, slice.rows(), slice.epochs().after(), slice.epochs().through()));
    }
    return "WITH parts(slice_number, rows, after, through) AS (VALUES "
        + String.join(", ", parts)
        + ") SELECT p.slice_number, r.* FROM parts p CROSS JOIN anabranch_row r"
        + " WHERE r.slice = p.rows AND r.epoch > p.after AND r.epoch <= p.through";
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
                        + " FROM anabranch_activity WHERE slice = ?) AS updated"
                        + " FROM anabranch_row WHERE slice = ? AND epoch > ? AND epoch <= ?",
                    slice.rows(),
                    slice.rows(),
                    slice.epochs().after(),
                    slice.epochs().through())
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
