/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Fingerprint;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.VersionState;
import io.anabranch.api.spi.ViewRef;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * The versions of views. Those of one generation share their dead letters: all that are begun
 * together, and those that go on beside one of the same definition, but for replays.
 */
final class Versions {
  private Versions() {}

  /** A version as it was begun. */
  record Definition(ViewRef view, boolean retired) {}

  static long insert(Connection connection, long now, ViewRef view, String kind, long generation)
      throws SQLException {
    Fingerprint fingerprint = view.fingerprint();
    return Sql.insert(
        connection,
        "INSERT INTO anabranch_version"
            + " (view, kind, fingerprint, log, epoch_millis, created, generation)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        view.name(),
        kind,
        fingerprint.toString(),
        view.log(),
        view.epochLength().toMillis(),
        now,
        generation);
  }

  /** Returns the generation of what answers, if it is of the same definition, else a new one. */
  static long generation(
      Optional<LivePointer> live, Connection connection, ViewRef view, long fresh)
      throws SQLException {
    return live.isPresent() && live.get().fingerprint().equals(view.fingerprint())
        ? generation(connection, live.get().base().orElseGet(live.get().speed()::orElseThrow))
        : fresh;
  }

  /** Returns a generation that there was not before. */
  static long nextGeneration(Connection connection) throws SQLException {
    return Sql.one(
            connection,
            row -> row.getLong(1),
            "SELECT 1 + COALESCE(MAX(MAX(version, generation)), 0) FROM anabranch_version")
        .orElseThrow();
  }

  /**
   * Returns the generation of a version.
   *
   * @throws UserException if there is no such version any more
   */
  static long generation(Connection connection, long version) throws SQLException {
    return Sql.one(
            connection,
            row -> row.getLong(1),
            "SELECT generation FROM anabranch_version WHERE version = ?",
            version)
        .orElseThrow(
            () ->
                new UserException(
                    "version " + version + " was retired: nothing more can be written for it"));
  }

  static Optional<VersionState> state(Connection connection, long version) throws SQLException {
    return Sql.one(
        connection,
        row ->
            new VersionState(
                row.getString("view"),
                Fingerprint.parse(row.getString("fingerprint")),
                row.getString("log"),
                row.getObject("retired") != null,
                completeThrough(connection, version),
                Sql.list(
                    connection,
                    slice ->
                        new EpochRange(
                            slice.getLong("after_epoch"), slice.getLong("through_epoch")),
                    "SELECT * FROM anabranch_slice WHERE version = ? AND visible = 1"
                        + " ORDER BY after_epoch",
                    version),
                Readings.ofVersion(connection, version)),
        "SELECT * FROM anabranch_version WHERE version = ?",
        version);
  }

  /** Finds a version of a view. */
  static Optional<Definition> find(Connection connection, String view, long version)
      throws SQLException {
    return Sql.one(
        connection,
        row -> definition(view, row),
        "SELECT * FROM anabranch_version WHERE view = ? AND version = ?",
        view,
        version);
  }

  private static Definition definition(String view, ResultSet row) throws SQLException {
    return new Definition(
        new ViewRef(
            view,
            Fingerprint.parse(row.getString("fingerprint")),
            row.getString("log"),
            Duration.ofMillis(row.getLong("epoch_millis"))),
        row.getObject("retired") != null);
  }

  /** Gives a version up: after a while it is garbage. */
  static void retire(Connection connection, long now, long version) throws SQLException {
    Sql.update(
        connection, "UPDATE anabranch_version SET retired = ? WHERE version = ?", now, version);
  }

  /** Lets no run write to a version any more that does not take it over. */
  static void fence(Connection connection, long version) throws SQLException {
    Sql.update(connection, "UPDATE anabranch_slice SET run = 0 WHERE version = ?", version);
  }

  /** Returns the last epoch known to be complete in a version. */
  static long completeThrough(Connection connection, long version) throws SQLException {
    return Sql.one(
            connection,
            row -> Sql.optionalLong(row, "complete"),
            "SELECT MAX(complete_through) AS complete FROM anabranch_slice"
                + " WHERE version = ? AND visible = 1",
            version)
        .orElseThrow()
        .orElse(Epochs.NONE);
  }

  static UserException unknown(String view, long version) {
    return new UserException(
        "view \"" + view + "\" has no version " + version + ": see \"anabranch status\"");
  }
}
