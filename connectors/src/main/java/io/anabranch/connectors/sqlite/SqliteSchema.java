/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.connectors.jdbc.Schema;
import io.anabranch.connectors.jdbc.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/** The tables in an SQLite file. */
final class SqliteSchema extends Schema {
  SqliteSchema() {
    super(resource(SqliteSchema.class, "schema.sql"));
  }

  @Override
  protected boolean exists(Connection connection) throws SQLException {
    return Sql.one(
            connection,
            row -> true,
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'anabranch_schema'")
        .isPresent();
  }
}
