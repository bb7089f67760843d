/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import io.anabranch.connectors.jdbc.LiveRead;
import io.anabranch.connectors.jdbc.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** Reads answers. The driver keeps statements that come again prepared. */
final class PostgresLiveRead extends LiveRead {
  PostgresLiveRead() {
    super(Schema.resource(PostgresLiveRead.class, "read-live.sql"), 8, 9);
  }

  @Override
  protected void among(Set<String> keyTexts, StringBuilder to, List<Object> parameters) {
    to.append(" AND r.key_text = ANY (?)");
    parameters.add(keyTexts.stream().map(StoredKey::text).toArray(String[]::new));
  }

  @Override
  protected void after(String keyText, StringBuilder to, List<Object> parameters) {
    to.append(" AND r.key_text > ?");
    parameters.add(StoredKey.text(keyText));
  }

  @Override
  protected String order() {
    return "r.key_text, r.bucket, r.length, r.key, r.epoch";
  }

  @Override
  protected String keyText(String stored) {
    return StoredKey.decode(stored);
  }

  @Override
  protected void prepared(Connection connection, String sql, boolean again, Reading reading)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      reading.from(statement);
    }
  }
}
