/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Reading;
import io.anabranch.api.spi.SliceRef;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** How far runs have read the log. */
final class Readings {
  private Readings() {}

  static void begin(Connection connection, long now, Collection<SliceRef> slices, long after)
      throws SQLException {
    for (SliceRef slice : slices) {
      Sql.update(
          connection,
          "UPDATE anabranch_slice SET read_after = ?, read_through = ?, read_bytes = 0,"
              + " read_records = 0, read_since = ?, read_at = ? WHERE slice = ? AND run = ?",
          after,
          Epochs.NONE,
          now,
          now,
          slice.slice(),
          slice.run());
    }
  }

  static void add(
      Connection connection,
      long now,
      Collection<SliceRef> slices,
      long through,
      long bytes,
      long records)
      throws SQLException {
    for (SliceRef slice : slices) {
      Sql.update(
          connection,
          "UPDATE anabranch_slice SET read_through = MAX(read_through, ?),"
              + " read_bytes = read_bytes + ?, read_records = read_records + ?, read_at = ?"
              + " WHERE slice = ? AND run = ?",
          through,
          bytes,
          records,
          now,
          slice.slice(),
          slice.run());
    }
  }

  /** Of the slices that a run still fills; a history is done once it is seen. */
  static List<Reading> ofRun(Connection connection, long run) throws SQLException {
    return list(
        connection,
        "SELECT * FROM anabranch_slice WHERE run = ? AND (visible = 0 OR through_epoch = ?)",
        run,
        Long.MAX_VALUE);
  }

  static List<Reading> ofVersion(Connection connection, long version) throws SQLException {
    return list(connection, "SELECT * FROM anabranch_slice WHERE version = ?", version);
  }

  private static List<Reading> list(Connection connection, String slices, Object... parameters)
      throws SQLException {
    return Sql.list(connection, Readings::of, slices, parameters).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  static Optional<Reading> of(ResultSet row) throws SQLException {
    if (Sql.optionalLong(row, "read_since").isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Reading(
            row.getLong("read_after"),
            row.getLong("read_through"),
            row.getLong("read_bytes"),
            row.getLong("read_records"),
            Instant.ofEpochMilli(row.getLong("read_since")),
            Instant.ofEpochMilli(row.getLong("read_at"))));
  }
}
