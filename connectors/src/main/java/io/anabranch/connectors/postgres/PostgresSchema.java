/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.connectors.jdbc.Schema;
import io.anabranch.connectors.jdbc.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/** The tables in a schema of their own. */
final class PostgresSchema extends Schema {
  private static final String TABLES =
      "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE n.nspname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";

  private final String name;

  PostgresSchema(String name) {
    super(resource(PostgresSchema.class, "schema.sql"));
    this.name = name;
  }

  @Override
  protected boolean exists(Connection connection) throws SQLException {
    if (tables(connection, " AND c.relname = 'anabranch_schema'") > 0) {
      return true;
    }
    if (tables(connection, "") > 0) {
      throw new StoreException(
          Code.UNREADABLE,
          "the schema \"%s\" of the database holds tables of another application".formatted(name));
    }
    return false;
  }

  private long tables(Connection connection, String which) throws SQLException {
    return Sql.one(connection, row -> row.getLong(1), TABLES + which, name).orElseThrow();
  }

  @Override
  protected void prepare(Connection connection) throws SQLException {
    Sql.query(connection, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name);
    boolean isThere =
        Sql.one(connection, row -> true, "SELECT 1 FROM pg_namespace WHERE nspname = ?", name)
            .isPresent();
    if (!isThere) { // IF NOT EXISTS needs the right to make it even if it exists
      Sql.update(connection, "CREATE SCHEMA \"" + name + "\"");
    }
  }
}
