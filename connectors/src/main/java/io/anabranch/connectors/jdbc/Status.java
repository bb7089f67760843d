/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStatus.Slice;
import io.anabranch.api.spi.ViewStatus.Version;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Reads the catalog for people. */
final class Status {
  private Status() {}

  static List<ViewStatus> read(Connection connection) throws SQLException {
    List<String> views = new ArrayList<>();
    try (PreparedStatement statement =
            Sql.prepare(connection, "SELECT view FROM anabranch_pointer ORDER BY view");
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        views.add(result.getString(1));
      }
    }
    List<ViewStatus> status = new ArrayList<>();
    for (String view : views) {
      LivePointer pointer = Pointers.find(connection, view).orElseThrow();
      status.add(new ViewStatus(pointer, versions(connection, pointer)));
    }
    return status;
  }

  private static List<Version> versions(Connection connection, LivePointer pointer)
      throws SQLException {
    List<Version> versions = new ArrayList<>();
    try (PreparedStatement statement =
            Sql.prepare(
                connection,
                "SELECT version, kind, created FROM anabranch_version WHERE view = ?"
                    + " ORDER BY version",
                pointer.view());
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        long version = result.getLong("version");
        boolean live =
            pointer.base().equals(OptionalLong.of(version))
                || pointer.speed().equals(OptionalLong.of(version));
        versions.add(
            new Version(
                version,
                result.getString("kind"),
                live,
                Instant.ofEpochMilli(result.getLong("created")),
                slices(connection, version)));
      }
    }
    return versions;
  }

  private static List<Slice> slices(Connection connection, long version) throws SQLException {
    List<Slice> slices = new ArrayList<>();
    try (PreparedStatement statement =
            Sql.prepare(
                connection,
                "SELECT s.slice, s.after_epoch, s.through_epoch, s.run, s.visible,"
                    + " s.complete_through, (SELECT COUNT(*) FROM anabranch_row r"
                    + " WHERE r.slice = s.slice) AS row_count"
                    + " FROM anabranch_slice s WHERE s.version = ? ORDER BY s.slice",
                version);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        long complete = result.getLong("complete_through");
        slices.add(
            new Slice(
                result.getLong("slice"),
                new EpochRange(result.getLong("after_epoch"), result.getLong("through_epoch")),
                result.getLong("run"),
                result.getBoolean("visible"),
                complete == Epochs.NONE ? OptionalLong.empty() : OptionalLong.of(complete),
                result.getLong("row_count")));
      }
    }
    return slices;
  }
}
