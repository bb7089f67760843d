/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;

/** The tables of a store, made on first use; a store of a newer version is left alone. */
final class Schema {
  static final int VERSION = 1;

  private Schema() {}

  static void createOrCheck(Database database) {
    if (database.read(Schema::exists)) {
      check(database.read(Schema::version));
    } else {
      database.write(
          connection -> {
            if (exists(connection)) { // another process was faster
              check(version(connection));
            } else {
              create(connection);
            }
            return null;
          });
    }
  }

  private static void check(int version) {
    if (version > VERSION) {
      throw new UserException(
          "the store has schema version "
              + version
              + ", made by a newer Anabranch; this one knows version "
              + VERSION
              + ": use the newer one, or another store.url");
    }
  }

  private static boolean exists(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'anabranch_schema'")) {
      return found.next();
    }
  }

  private static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT MAX(version) FROM anabranch_schema")) {
      return found.next() ? found.getInt(1) : 0;
    }
  }

  private static void create(Connection connection) throws SQLException {
    String script =
        script().lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
    try (Statement statement = connection.createStatement()) {
      for (String sql : script.split(";", -1)) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
    }
  }

  private static String script() {
    try (InputStream in = Schema.class.getResourceAsStream("schema-" + VERSION + ".sql")) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
