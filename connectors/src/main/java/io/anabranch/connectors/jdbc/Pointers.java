/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.Fingerprint;
import io.anabranch.api.spi.LivePointer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The live pointers. */
final class Pointers {
  /** The columns of a pointer: those that {@link #of} reads, and what readers join by. */
  static final List<String> COLUMNS =
      List.of(
          "view",
          "revision",
          "architecture",
          "fingerprint",
          "epoch_millis",
          "log",
          "base",
          "base_through",
          "whole_through",
          "speed",
          "complete_through",
          "former",
          "candidate",
          "generation");

  /** Selects {@link #COLUMNS}; the one parameter is the view's name. */
  static final String SELECT;

  private static final String SELECT_ANY;

  static {
    String select =
        "SELECT p.view, p.revision, p.architecture, v.fingerprint, v.epoch_millis, v.log, p.base,"
            + " p.base_through, CASE WHEN p.base IS NULL THEN NULL ELSE v.whole_through END AS"
            + " whole_through, p.speed, (SELECT MAX(s.complete_through) FROM anabranch_slice s"
            + " WHERE s.version = COALESCE(p.speed, p.base) AND s.visible = 1) AS complete_through,"
            + " p.former, p.candidate, v.generation"
            + " FROM anabranch_pointer p"
            + " JOIN anabranch_version v ON v.version = COALESCE(p.base, p.speed%s)"
            + " WHERE p.view = ?";
    SELECT = select.replace("%s", "");
    SELECT_ANY = select.replace("%s", ", p.candidate");
  }

  private Pointers() {}

  static Optional<LivePointer> find(Connection connection, String view) throws SQLException {
    return Sql.one(connection, Pointers::of, SELECT, view);
  }

  /** Finds a pointer also if nothing answers yet, and there is but a candidate. */
  static Optional<LivePointer> findAny(Connection connection, String view) throws SQLException {
    return Sql.one(connection, Pointers::of, SELECT_ANY, view);
  }

  static LivePointer of(ResultSet row) throws SQLException {
    return new LivePointer(
        row.getString("view"),
        row.getLong("revision"),
        Architecture.valueOf(row.getString("architecture")),
        Fingerprint.parse(row.getString("fingerprint")),
        Duration.ofMillis(row.getLong("epoch_millis")),
        row.getString("log"),
        Sql.optionalLong(row, "base"),
        row.getLong("base_through"),
        Sql.optionalLong(row, "whole_through").orElse(Epochs.NONE),
        Sql.optionalLong(row, "speed"),
        row.getLong("complete_through"),
        Sql.optionalLong(row, "former"),
        Sql.optionalLong(row, "candidate"));
  }
}
