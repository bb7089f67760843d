/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.LogPlace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** Dead letters, identified by their place in the log. */
final class DeadLetters {
  private DeadLetters() {}

  static void write(Connection connection, Collection<DeadLetter> letters) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO anabranch_dead_letter (origin, position, epoch, error, record)"
                + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin, position) DO NOTHING")) {
      for (DeadLetter letter : letters) {
        statement.setString(1, letter.place().origin());
        statement.setLong(2, letter.place().position());
        statement.setLong(3, letter.place().epoch());
        statement.setString(4, letter.error());
        statement.setBytes(5, letter.record());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  static List<DeadLetter> read(Connection connection, int limit) throws SQLException {
    return Sql.list(
        connection,
        row ->
            new DeadLetter(
                new LogPlace(
                    row.getLong("epoch"), row.getString("origin"), row.getLong("position")),
                row.getString("error"),
                row.getBytes("record")),
        "SELECT epoch, origin, position, error, record FROM anabranch_dead_letter"
            + " ORDER BY epoch, origin, position LIMIT ?",
        limit);
  }

  static long count(Connection connection) throws SQLException {
    return Sql.one(connection, row -> row.getLong(1), "SELECT COUNT(*) FROM anabranch_dead_letter")
        .orElseThrow();
  }
}
