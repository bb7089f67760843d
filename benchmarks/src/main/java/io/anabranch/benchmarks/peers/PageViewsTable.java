/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.peers;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** The table that the peers fill: {@code page_views(page, minute, views)}. */
public final class PageViewsTable {
  /** Sets a row, whatever it was before; parameters are page, minute and views. */
  public static final String UPSERT =
      "INSERT INTO page_views (page, minute, views) VALUES (?, ?, ?)"
          + " ON CONFLICT (page, minute) DO UPDATE SET views = excluded.views";

  private static final int VIEWS = 3;

  private PageViewsTable() {}

  /** Returns the JDBC URL of a file, with the settings for one file and several writers. */
  public static String url(Path file) {
    return "jdbc:sqlite:%s?journal_mode=WAL&synchronous=NORMAL&busy_timeout=60000".formatted(file);
  }

  /** Makes the table. */
  static void create(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE page_views (page TEXT NOT NULL, minute INTEGER NOT NULL,"
              + " views INTEGER NOT NULL, PRIMARY KEY (page, minute)) WITHOUT ROWID");
    }
  }

  /** Sets the parameters of {@link #UPSERT}; the minute is that of its start, in epoch millis. */
  static void set(PreparedStatement statement, PageViews row) throws SQLException {
    statement.setString(1, row.page());
    statement.setLong(2, row.minute());
    statement.setLong(VIEWS, row.views());
  }

  /** Returns all rows: views by page and minute. */
  public static Map<Cell, Long> rows(Path file) throws SQLException {
    Map<Cell, Long> rows = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(url(file));
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT page, minute, views FROM page_views")) {
      while (found.next()) {
        rows.put(new Cell(found.getString(1), found.getLong(2)), found.getLong(VIEWS));
      }
    }
    return rows;
  }

  /**
   * What is counted.
   *
   * @param page the path without its query string
   * @param minute when the minute starts, in milliseconds since 1970
   */
  public record Cell(String page, long minute) {}
}
