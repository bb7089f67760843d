/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Statements with parameters, in one line each. */
public final class Sql {
  private Sql() {}

  /** Runs an update and returns the number of rows it changed. */
  public static int update(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  /** Runs a query for what it does, and ignores its rows. */
  public static void query(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters)) {
      statement.execute();
    }
  }

  /** Returns the first row of a query, if there is one. */
  public static <T> Optional<T> one(
      Connection connection, Row<T> row, String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters);
        ResultSet result = statement.executeQuery()) {
      return result.next() ? Optional.of(row.of(result)) : Optional.empty();
    }
  }

  /** Gives out the rows of a query one by one. */
  public static void each(Connection connection, EachRow row, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        row.accept(result);
      }
    }
  }

  /** Returns all rows of a query. */
  public static <T> List<T> list(
      Connection connection, Row<T> row, String sql, Object... parameters) throws SQLException {
    List<T> rows = new ArrayList<>();
    try (PreparedStatement statement = prepare(connection, sql, parameters);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        rows.add(row.of(result));
      }
    }
    return rows;
  }

  /** Prepares a statement with its parameters. */
  public static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      bind(statement, parameters);
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  /** Adds parameters to a batch. */
  public static void addBatch(PreparedStatement statement, @Nullable Object... parameters)
      throws SQLException {
    bind(statement, parameters);
    statement.addBatch();
  }

  /** Not each database has a zero character in its texts: the picture of one stands for it. */
  private static void bind(PreparedStatement statement, @Nullable Object... parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      Object value = parameters[i];
      statement.setObject(
          i + 1, value instanceof String text ? text.replace('\0', '\u2400') : value);
    }
  }

  /** Returns a number, empty for NULL. */
  public static OptionalLong optionalLong(ResultSet result, int column) throws SQLException {
    long value = result.getLong(column);
    return result.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** Returns a time in milliseconds, empty for NULL. */
  public static Optional<Instant> instant(ResultSet result, int column) throws SQLException {
    OptionalLong millis = optionalLong(result, column);
    return millis.isPresent()
        ? Optional.of(Instant.ofEpochMilli(millis.getAsLong()))
        : Optional.empty();
  }

  /** Returns a time in milliseconds, empty for NULL. */
  public static Optional<Instant> instant(ResultSet result, String column) throws SQLException {
    return instant(result, result.findColumn(column));
  }

  /** Reads one row of a result. */
  @FunctionalInterface
  public interface Row<T> {
    /** Reads it. */
    T of(ResultSet result) throws SQLException;
  }

  /** Takes one row of a result. */
  @FunctionalInterface
  public interface EachRow {
    /** Takes it. */
    void accept(ResultSet result) throws SQLException;
  }
}
