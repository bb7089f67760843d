/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Fingerprint;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.VersionRole;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStatus.Slice;
import io.anabranch.api.spi.ViewStatus.Version;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the catalog for people. */
final class Status {
  private Status() {}

  static List<ViewStatus> read(Connection connection) throws SQLException {
    List<ViewStatus> status = new ArrayList<>();
    for (String view :
        Sql.list(
            connection,
            row -> row.getString(1),
            "SELECT view FROM anabranch_pointer ORDER BY view")) {
      Optional<LivePointer> found = Pointers.findAny(connection, view);
      if (found.isEmpty()) {
        continue; // the first run of the view died, and left nothing
      }
      LivePointer pointer = found.get();
      status.add(
          new ViewStatus(
              pointer,
              versions(connection, pointer),
              Reconciliations.last(connection, view),
              DeadLetters.untimely(connection, view),
              pointer.base().isPresent()
                  ? DeadLetters.countedIn(connection, view, pointer.base().getAsLong())
                  : 0));
    }
    return status;
  }

  private static List<Version> versions(Connection connection, LivePointer pointer)
      throws SQLException {
    return Sql.list(
        connection,
        row -> version(connection, pointer, row),
        "SELECT version, kind, fingerprint, created FROM anabranch_version"
            + " WHERE view = ? ORDER BY version",
        pointer.view());
  }

  private static Version version(Connection connection, LivePointer pointer, ResultSet row)
      throws SQLException {
    OptionalLong version = OptionalLong.of(row.getLong("version"));
    return new Version(
        version.getAsLong(),
        row.getString("kind"),
        role(pointer, version),
        Fingerprint.parse(row.getString("fingerprint")),
        Instant.ofEpochMilli(row.getLong("created")),
        Sql.list(
            connection,
            Status::slice,
            "SELECT s.slice, s.after_epoch, s.through_epoch, s.run, s.visible, s.complete_through,"
                + " COALESCE(s.row_count, (SELECT COUNT(*) FROM anabranch_row r"
                + " WHERE r.slice = s.slice AND r.epoch > s.after_epoch)) AS row_count, s.read_after,"
                + " s.read_through, s.read_bytes, s.read_records, s.read_since, s.read_at,"
                + " s.recent_bytes, s.recent_since, "
                + Readings.ENDED
                + " FROM anabranch_slice s WHERE s.version = ?"
                + " ORDER BY s.after_epoch, s.slice",
            version.getAsLong()));
  }

  private static VersionRole role(LivePointer pointer, OptionalLong version) {
    if (pointer.base().equals(version) || pointer.speed().equals(version)) {
      return VersionRole.LIVE;
    }
    return pointer.former().equals(version)
        ? VersionRole.FORMER
        : pointer.candidate().equals(version) ? VersionRole.CANDIDATE : VersionRole.NONE;
  }

  private static Slice slice(ResultSet row) throws SQLException {
    long complete = row.getLong("complete_through");
    return new Slice(
        row.getLong("slice"),
        new EpochRange(row.getLong("after_epoch"), row.getLong("through_epoch")),
        row.getLong("run"),
        row.getBoolean("visible"),
        complete == Epochs.NONE ? OptionalLong.empty() : OptionalLong.of(complete),
        row.getLong("row_count"),
        Readings.of(row));
  }
}
