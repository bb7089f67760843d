/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.Garbage;
import io.anabranch.api.spi.GarbageRules;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Removes slices and rows that no reader can see, a few thousand rows in a transaction, so that
 * others get to write in between. A slice is fenced before its first row goes.
 */
final class GarbageCollector {
  private static final int MOST_ROWS = 5_000;

  /**
   * Slices that no pointer reaches and nobody fills: of runs that ended or died before they
   * promoted them, those that were folded into another, and those of versions that were replaced.
   */
  private static final String GARBAGE =
      "SELECT s.slice FROM anabranch_slice s"
          + " JOIN anabranch_version v ON v.version = s.version"
          + " LEFT JOIN anabranch_run r ON r.run = s.run WHERE s.visible = 0 AND s.retired IS NULL"
          + " AND (r.run IS NULL OR r.ended IS NOT NULL OR COALESCE(r.seen, r.started) <= ?)"
          + " OR s.retired <= ? OR v.retired <= ?";

  private final Database database;

  GarbageCollector(Database database) {
    this.database = database;
  }

  /** A slice of the speed layer, and the last of its epochs that batch has absorbed. */
  private record Absorbed(long slice, long through) {}

  Garbage collect(long now, GarbageRules rules) {
    long dead = before(now, rules.deadAfter());
    long old = before(now, rules.grace());
    List<Long> slices =
        rules.dryRun()
            ? database.read(connection -> garbage(connection, dead, old))
            : database.write(
                connection -> {
                  List<Long> found = garbage(connection, dead, old);
                  for (long slice : found) {
                    fence(connection, slice);
                  }
                  return found;
                });
    long rows = 0;
    for (long slice : slices) {
      rows += rules.dryRun() ? count(slice, Long.MAX_VALUE) : remove(slice);
    }
    for (Absorbed speed : database.read(connection -> absorbed(connection, null))) {
      rows +=
          rules.dryRun()
              ? count(speed.slice(), speed.through())
              : removeRows(speed.slice(), speed.through());
    }
    return new Garbage(
        rules.dryRun() ? emptyVersions(dead, old) : removeVersions(), slices.size(), rows);
  }

  private static long before(long now, Duration time) {
    return time.compareTo(Duration.ofMillis(now)) < 0 ? now - time.toMillis() : 0;
  }

  /** Removes slices that no reader sees. */
  void discard(Collection<Long> slices) {
    List<Long> hidden =
        database.write(
            connection -> {
              List<Long> found = new ArrayList<>();
              for (long slice : slices) {
                boolean isHidden =
                    Sql.one(
                            connection,
                            row -> true,
                            "SELECT 1 FROM anabranch_slice WHERE slice = ? AND visible = 0"
                                + " AND retired IS NULL",
                            slice)
                        .isPresent();
                if (isHidden) {
                  fence(connection, slice);
                  found.add(slice);
                }
              }
              return found;
            });
    hidden.forEach(this::remove);
    removeVersions();
  }

  /** Removes the speed rows of a view that batch has absorbed. */
  long dropAbsorbed(String view) {
    long rows = 0;
    for (Absorbed speed : database.read(connection -> absorbed(connection, view))) {
      rows += removeRows(speed.slice(), speed.through());
    }
    return rows;
  }

  private static List<Long> garbage(Connection connection, long dead, long old)
      throws SQLException {
    return Sql.list(connection, row -> row.getLong(1), GARBAGE, dead, old, old);
  }

  /** Finds the speed slice of a view, or of all views if it is null. */
  private static List<Absorbed> absorbed(Connection connection, @Nullable String view)
      throws SQLException {
    return Sql.list(
        connection,
        row -> new Absorbed(row.getLong(1), row.getLong(2)),
        "SELECT s.slice, p.base_through FROM anabranch_pointer p"
            + " JOIN anabranch_slice s ON s.version = p.speed WHERE ? IS NULL OR p.view = ?",
        view,
        view);
  }

  private static void fence(Connection connection, long slice) throws SQLException {
    Sql.update(connection, "UPDATE anabranch_slice SET run = 0 WHERE slice = ?", slice);
  }

  private long remove(long slice) {
    long rows = removeRows(slice, Long.MAX_VALUE);
    database.write(
        connection -> Sql.update(connection, "DELETE FROM anabranch_slice WHERE slice = ?", slice));
    return rows;
  }

  private long removeRows(long slice, long throughEpoch) {
    long rows = 0;
    int removed;
    do {
      removed =
          database.write(connection -> Rows.delete(connection, slice, throughEpoch, MOST_ROWS));
      rows += removed;
    } while (removed == MOST_ROWS);
    return rows;
  }

  private long count(long slice, long throughEpoch) {
    return database.read(
        connection ->
            Sql.one(
                    connection,
                    row -> row.getLong(1),
                    "SELECT COUNT(*) FROM anabranch_row WHERE slice = ? AND epoch <= ?",
                    slice,
                    throughEpoch)
                .orElseThrow());
  }

  private long removeVersions() {
    return database.write(
        connection ->
            Sql.update(
                connection,
                "DELETE FROM anabranch_version WHERE version NOT IN"
                    + " (SELECT version FROM anabranch_slice)"));
  }

  /** Returns how many versions have no slices but garbage. */
  private long emptyVersions(long dead, long old) {
    return database.read(
        connection ->
            Sql.one(
                    connection,
                    row -> row.getLong(1),
                    "SELECT COUNT(*) FROM anabranch_version candidate WHERE NOT EXISTS"
                        + " (SELECT 1 FROM anabranch_slice kept WHERE kept.version = candidate.version"
                        + " AND kept.slice NOT IN ("
                        + GARBAGE
                        + "))",
                    dead,
                    old,
                    old)
                .orElseThrow());
  }
}
