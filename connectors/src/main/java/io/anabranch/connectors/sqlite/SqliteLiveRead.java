/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.connectors.jdbc.LiveRead;
import io.anabranch.connectors.jdbc.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Reads answers; rows are found by the hash of their key first. */
final class SqliteLiveRead extends LiveRead {
  SqliteLiveRead() {
    super(Schema.resource(SqliteLiveRead.class, "read-live.sql"), 4, 5);
  }

  @Override
  protected void among(Set<String> keyTexts, StringBuilder to, List<Object> parameters) {
    if (keyTexts.size() == 1) {
      to.append(" AND r.hash = ? AND r.key_text = ?");
    } else {
      to.append(" AND (r.hash, r.key_text) IN (VALUES ")
          .append(String.join(", ", Collections.nCopies(keyTexts.size(), "(?, ?)")))
          .append(")");
    }
    for (String keyText : keyTexts) {
      Collections.addAll(parameters, KeyHash.of(keyText), keyText);
    }
  }

  @Override
  protected void after(String keyText, StringBuilder to, List<Object> parameters) {
    to.append(" AND (r.hash, r.key_text) > (?, ?)");
    Collections.addAll(parameters, KeyHash.of(keyText), keyText);
  }

  @Override
  protected String order() {
    return "r.hash, r.key_text, r.bucket, r.length, r.key, r.epoch";
  }

  @Override
  protected void prepared(Connection connection, String sql, boolean again, Reading reading)
      throws SQLException {
    if (!again) {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        reading.from(statement);
      }
      return;
    }
    try {
      reading.from(Database.kept(connection, sql));
    } catch (SQLException | RuntimeException e) {
      Database.forget(connection, sql); // one that was cancelled does not run again
      throw e;
    }
  }
}
