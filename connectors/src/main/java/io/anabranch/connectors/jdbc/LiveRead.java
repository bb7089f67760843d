/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveHead.Activity;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Reads an answer in one statement: document, live slices and rows are of one moment. The branches
 * of the statement have the same columns; the first says which branch a result row is of. A
 * database adds the statement, and how it finds keys.
 */
public abstract class LiveRead {
  private static final int MOST_KEYS = 10_000;
  private static final int HEAD = 0;
  private static final int LOG = 1;
  private static final int ACTIVITY = 2;
  private static final int SPEED_ROW = 4;
  private static final String ROWS = "SELECT 3 +";
  private static final Pattern NUMBERED = Pattern.compile("\\?(\\d+)");

  private final String sql;
  private final int key;
  private final int accumulator;

  /**
   * Creates one.
   *
   * @param sql the statement, whose last branch begins with {@code SELECT 3 +} and can be extended
   *     by conditions
   * @param key the number of the column of encoded keys
   * @param accumulator the number of the column of accumulators
   */
  protected LiveRead(String sql, int key, int accumulator) {
    this.sql = sql;
    this.key = key;
    this.accumulator = accumulator;
  }

  /** Adds the condition that the key is one of some, one at least. */
  protected abstract void among(Set<String> keyTexts, StringBuilder to, List<Object> parameters);

  /** Adds the condition that the key follows one. */
  protected abstract void after(String keyText, StringBuilder to, List<Object> parameters);

  /** Returns the columns that rows are ordered by. */
  protected abstract String order();

  /** Returns the readable key that a column holds. */
  protected String keyText(String stored) {
    return stored;
  }

  /** Lets a statement be read. One that is likely to come again may stay prepared. */
  protected abstract void prepared(
      Connection connection, String statement, boolean again, Reading reading) throws SQLException;

  /** Reads the results of a statement whose parameters are not set yet. */
  @FunctionalInterface
  protected interface Reading {
    /** Reads them. */
    void from(PreparedStatement statement) throws SQLException;
  }

  /** Reads one. */
  public final Optional<LiveHead> read(
      Connection connection, RowQuery query, Consumer<LiveRow> rows) throws SQLException {
    List<Object> parameters = new ArrayList<>();
    String statement = statement(query, parameters);
    Head head = new Head();
    boolean again = query.keyTexts().size() <= 1; // as long as its keys are many
    prepared(connection, statement, again, each -> read(each, query, parameters, head, rows));
    return head.get();
  }

  private void read(
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

  private LiveRow row(boolean speed, ResultSet result, Optional<String> oneKey)
      throws SQLException {
    return new LiveRow(
        speed,
        result.getLong(2),
        result.getLong(3),
        result.getBytes(key),
        oneKey.isPresent() ? oneKey.get() : keyText(result.getString(6)),
        result.getBytes(accumulator));
  }

  private String statement(RowQuery query, List<Object> parameters) {
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
    StringBuilder text = new StringBuilder(numbered(parameters));
    int keys = query.keyTexts().size();
    if (keys > MOST_KEYS) {
      throw new StoreException(
          Code.TOO_MUCH, "a read asks for " + keys + " keys, and " + MOST_KEYS + " are allowed");
    }
    if (keys > 0) {
      among(query.keyTexts(), text, parameters);
    }
    page(query, text, parameters);
    return text.toString();
  }

  /** Pages are in the order of the table, which all slices share. */
  private void page(RowQuery query, StringBuilder text, List<Object> parameters) {
    query.afterKeyText().ifPresent(keyText -> after(keyText, text, parameters));
    if (query.ordered() || query.limit().isPresent()) {
      text.insert(text.lastIndexOf(ROWS), "SELECT * FROM (").append(" ORDER BY ").append(order());
      query
          .limit()
          .ifPresent(
              limit -> {
                text.append(" LIMIT ?");
                parameters.add(limit);
              });
      text.append(")");
    }
  }

  /** Not each driver knows {@code ?1} and the like: each becomes a parameter of its own. */
  private String numbered(List<Object> parameters) {
    List<Object> values = List.copyOf(parameters);
    parameters.clear();
    return NUMBERED
        .matcher(sql)
        .replaceAll(
            found -> {
              parameters.add(values.get(Integer.parseInt(found.group(1)) - 1));
              return "?";
            });
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
