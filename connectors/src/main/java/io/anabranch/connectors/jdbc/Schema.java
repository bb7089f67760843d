/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;

/** The tables, which the first process to open the store makes. */
public abstract class Schema {
  /** The version of the tables, which is the same in each database. */
  public static final int VERSION = 11;

  private final String script;

  /** Takes the statements that make the tables, separated by semicolons. */
  protected Schema(String script) {
    this.script = script;
  }

  /** Returns whether the table {@code anabranch_schema} is there. */
  protected abstract boolean exists(Connection connection) throws SQLException;

  /** Prepares the place for the tables; other processes that do so wait. */
  protected void prepare(Connection connection) throws SQLException {}

  /**
   * Makes the tables if there are none.
   *
   * @throws StoreException if they are of another release
   */
  public final void createOrCheck(Transactions database) {
    if (checked(database.read(this::version)) == 0) {
      database.write(
          connection -> {
            prepare(connection);
            if (checked(version(connection)) == 0) { // another process may have been faster
              create(connection);
            }
            return null;
          });
    }
  }

  private static int checked(int version) {
    if (version > VERSION) {
      throw new StoreException(
          Code.NEWER_SCHEMA,
          "the store has schema version %s, made by a newer release; this one knows version %s"
              .formatted(version, VERSION));
    }
    if (version > 0 && version < VERSION) {
      throw new StoreException(
          Code.OLDER_SCHEMA,
          "the store has schema version %s, of a development version before the first release; this one knows version %s"
              .formatted(version, VERSION));
    }
    return version;
  }

  /** Returns the version of the tables, 0 if there are none. */
  private int version(Connection connection) throws SQLException {
    return exists(connection)
        ? Sql.one(connection, row -> row.getInt(1), "SELECT MAX(version) FROM anabranch_schema")
            .orElse(0)
        : 0;
  }

  private void create(Connection connection) throws SQLException {
    String sql =
        script.lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
    try (Statement statement = connection.createStatement()) {
      for (String each : sql.split(";", -1)) {
        if (!each.isBlank()) {
          statement.execute(each);
        }
      }
    }
  }

  /** Returns a text that lies beside a class. */
  public static String resource(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
