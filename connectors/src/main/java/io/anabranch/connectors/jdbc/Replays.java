/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.ReplayPlan;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.VersionSwitch;
import io.anabranch.api.spi.ViewRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The life of Kappa versions: beside the live one, in its place, and given up. */
final class Replays {
  private Replays() {}

  static List<SliceRef> open(Connection connection, long now, long run, List<ReplayPlan> plans)
      throws SQLException {
    long generation = Versions.nextGeneration(connection);
    List<SliceRef> histories = new ArrayList<>();
    for (ReplayPlan plan : plans) {
      histories.add(open(connection, now, run, plan, generation));
    }
    return histories;
  }

  private static SliceRef open(
      Connection connection, long now, long run, ReplayPlan plan, long generation)
      throws SQLException {
    ViewRef view = plan.view();
    EpochRange history = plan.history();
    Optional<LivePointer> live = Pointers.find(connection, view.name());
    if (live.isPresent()) {
      Slices.requireSameSource(live.get(), view, Architecture.KAPPA);
    }
    retireRole(connection, now, view.name(), "candidate");
    long version = Versions.insert(connection, now, view, "kappa", generation);
    if (history.after() != NONE) {
      share(connection, live, view, version, history.after(), generation);
    }
    long slice = Slices.insertSlice(connection, version, history, run, false);
    Sql.update(
        connection,
        "INSERT INTO anabranch_pointer (view, revision, architecture, base_through, candidate)"
            + " VALUES (?, 1, ?, ?, ?)"
            + " ON CONFLICT (view) DO UPDATE SET candidate = excluded.candidate",
        view.name(),
        Architecture.KAPPA.name(),
        Long.MAX_VALUE,
        version);
    return new SliceRef(view.name(), version, slice, run, history.after());
  }

  /** A slice of the live version. */
  private record Shared(long slice, EpochRange epochs, long complete) {}

  /** Lets a version begin with the slices of the live one, through an epoch. */
  private static void share(
      Connection connection,
      Optional<LivePointer> live,
      ViewRef view,
      long version,
      long through,
      long generation)
      throws SQLException {
    LivePointer pointer =
        live.orElseThrow(
            () ->
                new UserException(
                    "view \""
                        + view.name()
                        + "\" has no live version to take older epochs over from: replay all of"
                        + " the log, without --from"));
    Slices.requireSameDefinition(pointer, view);
    long base = pointer.base().orElseThrow();
    long next = NONE;
    for (Shared slice :
        Sql.list(
            connection,
            row ->
                new Shared(
                    row.getLong("slice"),
                    new EpochRange(row.getLong("after_epoch"), row.getLong("through_epoch")),
                    row.getLong("complete_through")),
            "SELECT * FROM anabranch_slice WHERE version = ? AND visible = 1"
                + " AND after_epoch < ? ORDER BY after_epoch",
            base,
            through)) {
      boolean follows = slice.epochs().through() == Long.MAX_VALUE;
      long end = follows ? through : slice.epochs().through();
      if (end > through || slice.complete() < end || slice.epochs().after() != next) {
        break;
      }
      share(connection, slice.slice(), version, new EpochRange(slice.epochs().after(), end));
      next = end;
    }
    if (next != through) {
      throw new UserException(
          "view \""
              + view.name()
              + "\": the live version "
              + base
              + " has no complete slices that end with epoch "
              + through
              + ": replay from an earlier epoch, or all of the log, without --from");
    }
    Sql.update( // it counts in the late events that its first slices do
        connection,
        "UPDATE anabranch_version SET (whole_through, counted_in_through) ="
            + " (SELECT b.whole_through, b.counted_in_through FROM anabranch_version b"
            + " WHERE b.version = ?) WHERE version = ?",
        base,
        version);
    Sql.update(
        connection,
        "INSERT INTO anabranch_dead_letter SELECT ?, origin, position, view, kind, epoch,"
            + " event_time, error, record FROM anabranch_dead_letter"
            + " WHERE generation = ? AND epoch <= ? AND view IN ('', ?) ON CONFLICT DO NOTHING",
        generation,
        Versions.generation(connection, base),
        through,
        view.name());
  }

  /** Makes a slice of a version that shows rows of another slice. */
  static void share(Connection connection, long slice, long version, EpochRange epochs)
      throws SQLException {
    long shared = Slices.insertSlice(connection, version, epochs, 0, true);
    Sql.update(
        connection,
        "UPDATE anabranch_slice SET rows_of ="
            + " (SELECT COALESCE(o.rows_of, o.slice) FROM anabranch_slice o WHERE o.slice = ?),"
            + " updated = (SELECT o.updated FROM anabranch_slice o WHERE o.slice = ?)"
            + " WHERE slice = ?",
        slice,
        slice,
        shared);
    Slices.show(connection, shared);
  }

  /** Shows a history, and lets its version answer if none does. */
  static SliceRef seal(Connection connection, long now, SliceRef history) throws SQLException {
    Slices.requireOwner(connection, history);
    long through =
        Sql.one(
                connection,
                row -> row.getLong(1),
                "SELECT through_epoch FROM anabranch_slice WHERE slice = ?",
                history.slice())
            .orElseThrow();
    if (through == history.after()) { // there was nothing to read as bounded input
      Sql.update(connection, "DELETE FROM anabranch_slice WHERE slice = ?", history.slice());
    } else {
      Slices.show(connection, history.slice());
    }
    long slice =
        Slices.insertSlice(
            connection,
            history.version(),
            new EpochRange(through, Long.MAX_VALUE),
            history.run(),
            true);
    if (role(connection, history.view(), "base").isEmpty()) {
      switchTo(
          connection,
          now,
          new VersionSwitch(history.view(), OptionalLong.empty(), history.version()));
    }
    return new SliceRef(history.view(), history.version(), slice, history.run(), through);
  }

  static void switchTo(Connection connection, long now, VersionSwitch change) throws SQLException {
    String view = change.view();
    OptionalLong from = role(connection, view, "base");
    if (!from.equals(change.from())) {
      throw new UserException(
          "view \""
              + view
              + "\": "
              + (from.isPresent() ? "version " + from.getAsLong() : "no version")
              + " answers, as somebody else changed it meanwhile; nothing was changed here. See"
              + " \"anabranch status\"");
    }
    OptionalLong to = OptionalLong.of(change.to());
    boolean back = role(connection, view, "former").equals(to);
    if (!back) {
      if (!role(connection, view, "candidate").equals(to)) {
        throw new UserException(
            "view \""
                + view
                + "\": version "
                + change.to()
                + " is neither its candidate nor its former version, so it cannot answer. See"
                + " \"anabranch status\"");
      }
      requireCaughtUp(connection, change);
      retireRole(connection, now, view, "former");
    }
    Sql.update(
        connection,
        "UPDATE anabranch_pointer SET revision = revision + 1, base = ?, former = ?,"
            + " candidate = CASE WHEN candidate = ? THEN NULL ELSE candidate END WHERE view = ?",
        change.to(),
        Sql.nullable(from),
        change.to(),
        view);
  }

  private static void requireCaughtUp(Connection connection, VersionSwitch change)
      throws SQLException {
    boolean sealed =
        Sql.one(
                connection,
                row -> true,
                "SELECT 1 FROM anabranch_slice WHERE version = ? AND visible = 1"
                    + " AND through_epoch = ?",
                change.to(),
                Long.MAX_VALUE)
            .isPresent();
    long complete = Versions.completeThrough(connection, change.to());
    long live =
        change.from().isPresent()
            ? Versions.completeThrough(connection, change.from().getAsLong())
            : NONE;
    if (!sealed || complete < live) {
      Epochs epochs =
          new Epochs(
              Versions.find(connection, change.view(), change.to())
                  .orElseThrow(() -> Versions.unknown(change.view(), change.to()))
                  .view()
                  .epochLength());
      throw new UserException(
          "view \""
              + change.view()
              + "\": version "
              + change.to()
              + " has not caught up: it is complete through "
              + (complete == NONE ? "nothing" : epochs.end(complete))
              + (live == NONE ? "" : ", and what answers through " + epochs.end(live))
              + ". Let its replay go on; \"anabranch status\" says how far it is");
    }
  }

  /** Gives up what the pointer has for a role. */
  static void retireRole(Connection connection, long now, String view, String role)
      throws SQLException {
    OptionalLong version = role(connection, view, role);
    if (version.isPresent()) {
      Versions.retire(connection, now, version.getAsLong());
      Versions.fence(connection, version.getAsLong());
      forget(connection, version.getAsLong());
    }
  }

  /** Lets no pointer name a version that does not answer. */
  private static void forget(Connection connection, long version) throws SQLException {
    Sql.update(
        connection,
        "UPDATE anabranch_pointer SET former = CASE WHEN former = ? THEN NULL ELSE former END,"
            + " candidate = CASE WHEN candidate = ? THEN NULL ELSE candidate END",
        version,
        version);
  }

  private static OptionalLong role(Connection connection, String view, String role)
      throws SQLException {
    return Sql.one(
            connection,
            row -> Sql.optionalLong(row, role),
            "SELECT " + role + " FROM anabranch_pointer WHERE view = ?",
            view)
        .orElse(OptionalLong.empty());
  }

  /** Gives up a version that does not answer; its rows are still there. */
  static void retire(Connection connection, long now, long version) throws SQLException {
    String view =
        Sql.one(
                connection,
                row -> row.getString(1),
                "SELECT view FROM anabranch_version WHERE version = ?",
                version)
            .orElseThrow(
                () ->
                    new UserException(
                        "there is no version " + version + ": see \"anabranch status\""));
    boolean answers =
        Sql.one(
                connection,
                row -> true,
                "SELECT 1 FROM anabranch_pointer WHERE base = ? OR speed = ?",
                version,
                version)
            .isPresent();
    if (answers) {
      throw new UserException(
          "version "
              + version
              + " answers queries of view \""
              + view
              + "\", so it cannot be retired: promote another one first");
    }
    Versions.retire(connection, now, version);
    Versions.fence(connection, version);
    forget(connection, version);
  }
}
