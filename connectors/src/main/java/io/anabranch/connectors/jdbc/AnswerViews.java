/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.lang.System.Logger.Level.WARNING;

import io.anabranch.api.spi.row.KeyHash;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The SQL views {@code answer_VIEW}, each the rows of {@code anabranch_answer} of one view. */
final class AnswerViews {
  private static final System.Logger LOG = System.getLogger(AnswerViews.class.getName());
  private static final String PREFIX = "answer_";

  /** PostgreSQL cuts longer names off. */
  private static final int LONGEST = 63;

  /** Of the hash that ends a long name, with the underscore before it. */
  private static final int HASH = 9;

  private static final String AS =
      " AS SELECT bucket_utc, window_end_utc, key, value, batch, speed, value_json"
          + " FROM anabranch_answer WHERE view = '%s'";

  private final RowTable table;
  private final Set<String> refused = ConcurrentHashMap.newKeySet(); // one warning is enough

  AnswerViews(RowTable table) {
    this.table = table;
  }

  /**
   * Makes the SQL view of a view if it is not there. Nothing else depends on it: where that fails,
   * work goes on.
   */
  void require(Connection connection, String view) throws SQLException {
    String name = name(view);
    if (refused.contains(name)
        || Sql.one(connection, row -> true, table.viewOfName(), name).isPresent()) {
      return;
    }
    // Names have letters, digits and dashes, so that nothing in them has a meaning in SQL.
    String sql = "CREATE VIEW " + name + AS.formatted(view);
    Sql.update(
        connection, "SAVEPOINT answer_view"); // by SQL: SQLite's driver keeps a mode of its own
    try {
      Sql.update(connection, sql);
    } catch (SQLException e) {
      Sql.update(connection, "ROLLBACK TO SAVEPOINT answer_view");
      refused.add(name);
      LOG.log(
          WARNING,
          "the database refuses to make an SQL view: {0}. Somebody who may can make it: {1}",
          e.getMessage(),
          sql);
    }
    Sql.update(connection, "RELEASE SAVEPOINT answer_view");
  }

  /** Returns the name of the SQL view of a view: dashes would need quotes in each query. */
  static String name(String view) {
    String name = PREFIX + view.replace('-', '_');
    return name.length() <= LONGEST
        ? name
        : name.substring(0, LONGEST - HASH) + "_%08x".formatted(KeyHash.of(view));
  }
}
