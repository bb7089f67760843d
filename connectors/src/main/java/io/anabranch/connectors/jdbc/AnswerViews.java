/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.lang.System.Logger.Level.WARNING;

import io.anabranch.api.spi.row.KeyHash;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;

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

  AnswerViews(RowTable table) {
    this.table = table;
  }

  /** Makes the SQL view of a view. Nothing else depends on it: where that fails, work goes on. */
  void create(Connection connection, String view) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      // Names have letters, digits and dashes, so that nothing in them has a meaning in SQL.
      Sql.update(connection, table.createView() + " " + name(view) + AS.formatted(view));
      connection.releaseSavepoint(before);
    } catch (SQLException e) {
      connection.rollback(before);
      LOG.log(
          WARNING,
          "there is no SQL view {0}, as the database refuses to make it: {1}",
          name(view),
          e.getMessage());
    }
  }

  /** Returns the name of the SQL view of a view: dashes would need quotes in each query. */
  static String name(String view) {
    String name = PREFIX + view.replace('-', '_');
    return name.length() <= LONGEST
        ? name
        : name.substring(0, LONGEST - HASH) + "_%08x".formatted(KeyHash.of(view));
  }
}
