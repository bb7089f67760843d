/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveHead.Activity;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.connectors.jdbc.Deadline;
import io.anabranch.connectors.jdbc.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads an answer in one statement: document, live slices and rows are of one moment. The branches
 * of the statement have the same columns; the first says which branch a result row is of.
 */
final class LiveRead {
  private static final int MOST_KEYS = 10_000;
  private static final int HEAD = 0;
  private static final int LOG = 1;
  private static final int ACTIVITY = 2;
  private static final int SPEED_ROW = 4;

  private static final String READ = Schema.resource("read-live.sql");

  private LiveRead() {}

  static Optional<LiveHead> of(Connection connection, RowQuery query, Consumer<LiveRow> rows)
      throws SQLException {
    List<Object> parameters = new ArrayList<>();
    String sql = sql(query, parameters);
    Head head = new Head();
    if (query.keyTexts().size() > 1) { // as long as its keys are many
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        read(statement, query, parameters, head, rows);
      }
      return head.get();
    }
    try {
      read(Database.kept(connection, sql), query, parameters, head, rows);
    } catch (SQLException | RuntimeException e) {
      Database.forget(connection, sql); // one that was cancelled does not run again
      throw e;
    }
    return head.get();
  }

  private static void read(
      PreparedStatement statement,
      RowQuery query,
      List<Object> parameters,
      Head head,
      Consumer<LiveRow> rows)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      statement.setObject(i + 1, parameters.get(i));
    }
    Optional<String> oneKey =
        query.keyTexts().size() == 1
            ? Optional.of(query.keyTexts().iterator().next())
            : Optional.empty();
    try (Deadline deadline = Deadline.of(statement::cancel, query.timeout())) {
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          int branch = result.getInt(1);
          switch (branch) {
            case HEAD -> head.head(result);
            case LOG -> head.log(result);
            case ACTIVITY -> head.activity(result);
            default -> rows.accept(row(branch == SPEED_ROW, result, oneKey));
          }
        }
      } catch (SQLException e) {
        throw deadline.explain(e);
      }
    }
  }

  private static LiveRow row(boolean speed, ResultSet result, Optional<String> oneKey)
      throws SQLException {
    return new LiveRow(
        speed,
        result.getLong(2),
        result.getLong(3),
        result.getBytes(4),
        oneKey.isPresent() ? oneKey.get() : result.getString(6),
        result.getBytes(5));
  }

  private static String sql(RowQuery query, List<Object> parameters) {
    RowQuery.Letters letters = query.letters();
    Collections.addAll(
        parameters,
        query.view(),
        query.knownRevision(),
        letters.fromEpoch(),
        letters.fromTime(),
        letters.toTime(),
        letters.countedThrough(),
        letters.countedTime(),
        query.fromBucket(),
        query.toBucket(),
        LiveHead.MOST_LETTERS);
    StringBuilder sql = new StringBuilder(READ);
    int keys = query.keyTexts().size();
    if (keys > MOST_KEYS) {
      throw new StoreException(
          Code.TOO_MUCH, "a read asks for " + keys + " keys, and " + MOST_KEYS + " are allowed");
    }
    if (keys == 1) {
      sql.append(" AND r.hash = ? AND r.key_text = ?");
    } else if (keys > 1) {
      sql.append(" AND (r.hash, r.key_text) IN (VALUES ")
          .append(String.join(", ", Collections.nCopies(keys, "(?, ?)")))
          .append(")");
    }
    for (String keyText : query.keyTexts()) {
      Collections.addAll(parameters, KeyHash.of(keyText), keyText);
    }
    page(query, sql, parameters);
    return sql.toString();
  }

  /** Pages are in the order of the table, which all slices share. */
  private static void page(RowQuery query, StringBuilder sql, List<Object> parameters) {
    query
        .afterKeyText()
        .ifPresent(
            after -> {
              sql.append(" AND (r.hash, r.key_text) > (?, ?)");
              Collections.addAll(parameters, KeyHash.of(after), after);
            });
    if (query.ordered() || query.limit().isPresent()) {
      int rows = sql.lastIndexOf("SELECT 3 +");
      sql.insert(rows, "SELECT * FROM (")
          .append(" ORDER BY r.hash, r.key_text, r.bucket, r.length, r.key, r.epoch");
      query
          .limit()
          .ifPresent(
              limit -> {
                sql.append(" LIMIT ?");
                parameters.add(limit);
              });
      sql.append(")");
    }
  }

  /** What the first branches return. */
  private static final class Head {
    private long revision;
    private Optional<String> document = Optional.empty();
    private long undecodable;
    private long late;
    private Optional<LogEnd> log = Optional.empty();
    private final List<Activity> following = new ArrayList<>();

    void head(ResultSet result) throws SQLException {
      revision = result.getLong(2);
      undecodable = result.getLong(3);
      late = result.getLong(4);
      document = Optional.ofNullable(result.getString(6));
    }

    void log(ResultSet result) throws SQLException {
      log =
          Optional.of(
              new LogEnd(
                  LogPosition.parse(result.getString(6)),
                  result.getLong(2),
                  result.getLong(3),
                  result.getLong(4),
                  result.getLong(5)));
    }

    void activity(ResultSet result) throws SQLException {
      following.add(
          new Activity(
              result.getLong(2),
              Sql.optionalLong(result, 3),
              Optional.ofNullable(result.getString(6)).map(LogPosition::parse),
              result.getLong(4),
              Sql.instant(result, 5),
              Sql.instant(result, 7)));
    }

    Optional<LiveHead> get() {
      return revision == 0
          ? Optional.empty()
          : Optional.of(new LiveHead(revision, document, following, undecodable, late, log));
    }
  }
}
