/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.LogPlace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
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
    List<DeadLetter> letters = new ArrayList<>();
    try (PreparedStatement statement =
            Sql.prepare(
                connection,
                "SELECT epoch, origin, position, error, record FROM anabranch_dead_letter"
                    + " ORDER BY epoch, origin, position LIMIT ?",
                limit);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        LogPlace place =
            new LogPlace(
                result.getLong("epoch"), result.getString("origin"), result.getLong("position"));
        letters.add(new DeadLetter(place, result.getString("error"), result.getBytes("record")));
      }
    }
    return letters;
  }

  static long count(Connection connection) throws SQLException {
    return Sql.one(connection, row -> row.getLong(1), "SELECT COUNT(*) FROM anabranch_dead_letter")
        .orElseThrow();
  }
}
