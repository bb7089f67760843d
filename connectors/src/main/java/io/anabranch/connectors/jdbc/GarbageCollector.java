/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.api.Epochs.NONE;

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
      rows += rules.dryRun() ? countIfRemoved(slice) : remove(slice);
    }
    for (Absorbed speed : database.read(connection -> absorbed(connection, null))) {
      rows +=
          rules.dryRun()
              ? count(speed.slice(), speed.through(), speed.slice())
              : removeRows(speed.slice(), speed.through(), speed.slice());
    }
    if (!rules.dryRun()) {
      database.write(
          connection -> {
            EpochMemory.collectGarbage(connection);
            return null;
          });
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
      rows += removeRows(speed.slice(), speed.through(), speed.slice());
    }
    return rows;
  }

  /** Removes versions that are retired, at once. */
  long remove(Collection<Long> versions) {
    long rows = 0;
    for (long version : versions) {
      for (long slice :
          database.read(
              connection ->
                  Sql.list(
                      connection,
                      row -> row.getLong(1),
                      "SELECT slice FROM anabranch_slice WHERE version = ?",
                      version))) {
        rows += remove(slice);
      }
    }
    removeVersions();
    return rows;
  }

  private static List<Long> garbage(Connection connection, long dead, long old)
      throws SQLException {
    return Sql.list(connection, row -> row.getLong(1), GARBAGE, dead, old, old);
  }

  /**
   * Finds the slices that follow the log, of a view or of all views if it is null: rows of epochs
   * before their own are shown elsewhere, or were computed anew by batch.
   */
  private static List<Absorbed> absorbed(Connection connection, @Nullable String view)
      throws SQLException {
    return Sql.list(
        connection,
        row -> new Absorbed(row.getLong(1), row.getLong(2)),
        "SELECT s.slice, MAX(s.after_epoch, COALESCE(p.base_through, ?)) FROM anabranch_slice s"
            + " JOIN anabranch_version v ON v.version = s.version"
            + " LEFT JOIN anabranch_pointer p ON p.speed = s.version"
            + " WHERE s.visible = 1 AND s.rows_of IS NULL AND s.through_epoch = ?"
            + " AND (? IS NULL OR v.view = ?)",
        NONE,
        Long.MAX_VALUE,
        view,
        view);
  }

  private static void fence(Connection connection, long slice) throws SQLException {
    Sql.update(connection, "UPDATE anabranch_slice SET run = 0 WHERE slice = ?", slice);
  }

  /** Removes a slice, and those of its rows that no other slice shows. */
  private long remove(long slice) {
    long stored = database.read(connection -> stored(connection, slice));
    long rows = 0;
    while (true) {
      int removed = database.write(connection -> removePart(connection, slice, stored));
      if (removed < 0) {
        return rows;
      }
      rows += removed;
    }
  }

  /**
   * Removes a part of the rows, or the slice if there are none left, in one transaction: somebody
   * else may remove the slice that the rows are of meanwhile, and leaves those that this one shows.
   *
   * @return how many rows, -1 once the slice is gone
   */
  private static int removePart(Connection connection, long slice, long stored)
      throws SQLException {
    int removed =
        isOfAnother(connection, slice, stored)
            ? 0
            : Rows.delete(connection, stored, Long.MAX_VALUE, slice, MOST_ROWS);
    if (removed == 0) {
      Sql.update(connection, "DELETE FROM anabranch_slice WHERE slice = ?", slice);
      return -1;
    }
    return removed;
  }

  private static long stored(Connection connection, long slice) throws SQLException {
    return Sql.one(
            connection,
            row -> row.getLong(1),
            "SELECT COALESCE(rows_of, slice) FROM anabranch_slice WHERE slice = ?",
            slice)
        .orElse(slice);
  }

  /** Whether rows that a slice shows are those of another one, which is there still. */
  private static boolean isOfAnother(Connection connection, long slice, long stored)
      throws SQLException {
    return slice != stored
        && Sql.one(connection, row -> true, "SELECT 1 FROM anabranch_slice WHERE slice = ?", stored)
            .isPresent();
  }

  private long removeRows(long stored, long throughEpoch, long slice) {
    long rows = 0;
    int removed;
    do {
      removed =
          database.write(
              connection -> Rows.delete(connection, stored, throughEpoch, slice, MOST_ROWS));
      rows += removed;
    } while (removed == MOST_ROWS);
    return rows;
  }

  private long count(long stored, long throughEpoch, long slice) {
    return database.read(
        connection ->
            Sql.one(
                    connection,
                    row -> row.getLong(1),
                    "SELECT COUNT(*)" + Rows.UNSHARED,
                    stored,
                    throughEpoch,
                    slice)
                .orElseThrow());
  }

  private long countIfRemoved(long slice) {
    long stored = database.read(connection -> stored(connection, slice));
    return database.read(connection -> isOfAnother(connection, slice, stored))
        ? 0
        : count(stored, Long.MAX_VALUE, slice);
  }

  /** Removes versions without slices, and what is left of them elsewhere. */
  private long removeVersions() {
    return database.write(
        connection -> {
          int versions =
              Sql.update(
                  connection,
                  "DELETE FROM anabranch_version WHERE version NOT IN"
                      + " (SELECT version FROM anabranch_slice)");
          if (versions > 0) {
            String gone = " NOT IN (SELECT version FROM anabranch_version)";
            Sql.update(
                connection, "UPDATE anabranch_pointer SET former = NULL WHERE former" + gone);
            Sql.update(
                connection, "UPDATE anabranch_pointer SET candidate = NULL WHERE candidate" + gone);
            Sql.update(
                connection,
                "DELETE FROM anabranch_dead_letter WHERE generation NOT IN"
                    + " (SELECT generation FROM anabranch_version)");
          }
          return versions;
        });
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
