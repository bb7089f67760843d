/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.LivePointer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Lets live versions answer by another architecture: the same slices, in another order of command.
 * No row is written, so no answer changes.
 */
final class Moves {
  private Moves() {}

  /** What follows the log. */
  private record Follow(long slice, long after, long complete) {
    static Follow of(ResultSet row) throws SQLException {
      return new Follow(
          row.getLong("slice"), row.getLong("after_epoch"), row.getLong("complete_through"));
    }

    /** Returns the last epoch that lies before what must be followed still. */
    long line() {
      return Math.max(after, complete);
    }
  }

  /** Returns whether it answered by another architecture. */
  static boolean move(Connection connection, long now, String view, Architecture to)
      throws SQLException {
    Optional<LivePointer> found = Pointers.find(connection, view);
    if (found.isEmpty()) {
      if (to == Architecture.LAMBDA) { // what a first run of Kappa began, and nothing answers
        Replays.retireRole(connection, now, view, "candidate");
        Sql.update(connection, "DELETE FROM anabranch_pointer WHERE view = ?", view);
      }
      return false;
    }
    LivePointer pointer = found.get();
    if (pointer.architecture() == to) {
      return false;
    }
    Replays.retireRole(connection, now, view, "candidate");
    Replays.retireRole(connection, now, view, "former");
    if (to == Architecture.KAPPA) {
      toKappa(connection, pointer);
    } else {
      toLambda(connection, now, pointer);
    }
    return true;
  }

  /** The slice that speed fills becomes the end of the batch version. */
  private static void toKappa(Connection connection, LivePointer pointer) throws SQLException {
    long version = pointer.base().orElseGet(() -> pointer.speed().orElseThrow());
    Versions.fence(connection, version); // a batch run that goes on is too late
    if (pointer.base().isPresent() && pointer.speed().isPresent()) {
      long speed = pointer.speed().getAsLong();
      Sql.update(
          connection,
          "UPDATE anabranch_slice SET version = ?, run = 0, after_epoch = MAX(after_epoch, ?)"
              + " WHERE version = ?",
          version,
          pointer.baseThrough(),
          speed);
      Sql.update(connection, "DELETE FROM anabranch_version WHERE version = ?", speed);
    }
    become(connection, version, "kappa");
    point(connection, pointer.view(), Architecture.KAPPA, version, Long.MAX_VALUE, null);
  }

  /**
   * Epochs that are complete become the batch version's: it shows their rows where speed left them.
   */
  private static void toLambda(Connection connection, long now, LivePointer pointer)
      throws SQLException {
    String view = pointer.view();
    long version = pointer.base().orElseThrow();
    Versions.fence(connection, version);
    Optional<Follow> follow =
        Sql.one(
            connection,
            Follow::of,
            "SELECT * FROM anabranch_slice WHERE version = ? AND visible = 1"
                + " AND through_epoch = ?",
            version,
            Long.MAX_VALUE);
    if (follow.isEmpty()) { // moved here and back, without a run in between
      long through = Versions.completeThrough(connection, version);
      become(connection, version, "batch");
      point(connection, view, Architecture.LAMBDA, version, through, null);
      return;
    }
    long line = follow.get().line();
    if (line == NONE) {
      become(connection, version, "speed");
      point(connection, view, Architecture.LAMBDA, null, NONE, version);
      return;
    }
    Versions.Definition definition = Versions.find(connection, view, version).orElseThrow();
    long speed =
        Versions.insert(
            connection, now, definition.view(), "speed", Versions.generation(connection, version));
    if (line > follow.get().after()) {
      Replays.share(
          connection, follow.get().slice(), version, new EpochRange(follow.get().after(), line));
    }
    Sql.update(
        connection,
        "UPDATE anabranch_slice SET version = ?, after_epoch = ? WHERE slice = ?",
        speed,
        line,
        follow.get().slice());
    become(connection, version, "batch");
    point(connection, view, Architecture.LAMBDA, version, line, speed);
  }

  private static void become(Connection connection, long version, String kind) throws SQLException {
    Sql.update(
        connection, "UPDATE anabranch_version SET kind = ? WHERE version = ?", kind, version);
  }

  private static void point(
      Connection connection,
      String view,
      Architecture architecture,
      Long base,
      long baseThrough,
      Long speed)
      throws SQLException {
    Sql.update(
        connection,
        "UPDATE anabranch_pointer SET revision = revision + 1, architecture = ?, base = ?,"
            + " base_through = ?, speed = ? WHERE view = ?",
        architecture.name(),
        base,
        baseThrough,
        speed,
        view);
  }
}
