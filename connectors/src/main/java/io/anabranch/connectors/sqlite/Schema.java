/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.connectors.jdbc.Sql;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;

/** The tables, which the first process to open the store makes. */
final class Schema {
  static final int VERSION = 9;

  private Schema() {}

  static void createOrCheck(Database database) {
    if (checked(database.read(Schema::version)) == 0) {
      database.write(
          connection -> {
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

  private static void create(Connection connection) throws SQLException {
    String script =
        resource("schema.sql")
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

  static String resource(String name) {
    try (InputStream in = Schema.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
