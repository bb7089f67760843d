/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;

/**
 * The tables of a store: made on first use, brought up to date if they are of an older version, and
 * left alone if of a newer one.
 */
final class Schema {
  static final int VERSION = 6;

  private Schema() {}

  static void createOrCheck(Database database) {
    if (checked(database.read(Schema::version)) < VERSION) {
      database.write(
          connection -> {
            int version = checked(version(connection)); // another process may have been faster
            for (int next = version + 1; next <= VERSION; next++) {
              run(connection, next);
            }
            return null;
          });
    }
  }

  private static int checked(int version) {
    if (version > VERSION) {
      throw new UserException(
          "the store has schema version "
              + version
              + ", made by a newer Anabranch; this one knows version "
              + VERSION
              + ": use the newer one, or another store.url");
    }
    return version;
  }

  /** Returns the version of the tables, 0 if there are none. */
  private static int version(Connection connection) throws SQLException {
    boolean exists =
        Sql.one(
                connection,
                row -> true,
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'anabranch_schema'")
            .isPresent();
    return exists
        ? Sql.one(connection, row -> row.getInt(1), "SELECT MAX(version) FROM anabranch_schema")
            .orElse(0)
        : 0;
  }

  private static void run(Connection connection, int version) throws SQLException {
    String script =
        script(version)
            .lines()
            .filter(line -> !line.startsWith("--"))
            .collect(Collectors.joining("\n"));
    try (Statement statement = connection.createStatement()) {
      for (String sql : script.split(";", -1)) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
    }
  }

  private static String script(int version) {
    try (InputStream in = Schema.class.getResourceAsStream("schema-" + version + ".sql")) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
