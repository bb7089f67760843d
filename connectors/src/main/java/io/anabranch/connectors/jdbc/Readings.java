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
  /** Whether the run that fills a slice {@code s} has ended, or it has none; a column to select. */
  static final String ENDED =
      "NOT EXISTS (SELECT 1 FROM anabranch_run r WHERE r.run = s.run AND r.ended IS NULL)"
          + " AS run_ended";

  private Readings() {}

  static void begin(Connection connection, long now, Collection<SliceRef> slices, long after)
      throws SQLException {
    for (SliceRef slice : slices) {
      Sql.update(
          connection,
          "UPDATE anabranch_slice SET read_after = ?, read_through = ?, read_bytes = 0,"
              + " read_records = 0, read_since = ?, read_at = ?, recent_bytes = 0,"
              + " recent_since = NULL WHERE slice = ? AND run = ?",
          after,
          Epochs.NONE,
          now,
          now,
          slice.slice(),
          slice.run());
    }
  }

  /**
   * Adds what was read. The rate is that of what is told of after the first time, or the first
   * after a pause: nobody knows since when that was read. (A history has no pauses; it is told of
   * seldom if it is held to a rate.) Once it is of a while, half of it is left, as if it was read
   * steadily.
   */
  static void add(
      Connection connection,
      long now,
      Collection<SliceRef> slices,
      long through,
      long bytes,
      long records)
      throws SQLException {
    long paused = now - Reading.Recent.PAUSE.toMillis();
    long old = now - Reading.Recent.MOST.toMillis();
    for (SliceRef slice : slices) {
      Sql.update(
          connection,
          "UPDATE anabranch_slice SET read_through = MAX(read_through, ?),"
              + " read_bytes = read_bytes + ?, read_records = read_records + ?, read_at = ?,"
              + " recent_since = CASE WHEN recent_since IS NULL OR visible = 1 AND read_at < ?"
              + " THEN ? WHEN recent_since < ? THEN (recent_since + read_at) / 2"
              + " ELSE recent_since END,"
              + " recent_bytes = CASE WHEN recent_since IS NULL OR visible = 1 AND read_at < ?"
              + " THEN 0 WHEN recent_since < ? THEN recent_bytes / 2 + ?"
              + " ELSE recent_bytes + ? END"
              + " WHERE slice = ? AND run = ?",
          through,
          bytes,
          records,
          now,
          paused,
          now,
          old,
          paused,
          old,
          bytes,
          bytes,
          slice.slice(),
          slice.run());
    }
  }

  /** Of the slices that a run still fills; a history is done once it is seen. */
  static List<Reading> ofRun(Connection connection, long run) throws SQLException {
    return list(
        connection, "s.run = ? AND (s.visible = 0 OR s.through_epoch = ?)", run, Long.MAX_VALUE);
  }

  static List<Reading> ofVersion(Connection connection, long version) throws SQLException {
    return list(connection, "s.version = ?", version);
  }

  private static List<Reading> list(Connection connection, String which, Object... parameters)
      throws SQLException {
    String slices = "SELECT s.*, " + ENDED + " FROM anabranch_slice s WHERE " + which;
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
            Instant.ofEpochMilli(row.getLong("read_at")),
            row.getBoolean("run_ended"),
            new Reading.Recent(
                row.getLong("recent_bytes"),
                Instant.ofEpochMilli(
                    Sql.optionalLong(row, "recent_since").orElse(row.getLong("read_at"))))));
  }
}
