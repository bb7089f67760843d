/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.SlicePlan;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.ViewRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Makes slices of batch and stream runs, and hands those that follow the log from run to run. */
final class Slices {
  /** The generation of versions that have none. */
  private static final long NO_LETTERS = 0;

  private Slices() {}

  static SliceRef openBatch(
      Connection connection, long now, long run, SlicePlan plan, long generation)
      throws SQLException {
    ViewRef view = plan.view();
    EpochRange epochs = plan.epochs();
    Optional<LivePointer> pointer = Pointers.find(connection, view.name());
    if (pointer.isPresent()) {
      requireSameSource(pointer.get(), view, Architecture.LAMBDA);
    }
    long version =
        epochs.after() == NONE
            ? begun(
                connection, now, plan, Versions.generation(pointer, connection, view, generation))
            : continued(pointer, plan);
    long slice = insertSlice(connection, version, epochs, run, false);
    Sql.update(
        connection,
        "UPDATE anabranch_slice SET base_when_opened = ?, base_through_when_opened = ?"
            + " WHERE slice = ?",
        pointer.isPresent() ? Sql.nullable(pointer.get().base()) : null,
        pointer.map(LivePointer::baseThrough).orElse(NONE),
        slice);
    return new SliceRef(view.name(), version, slice, run, epochs.after());
  }

  private static long begun(Connection connection, long now, SlicePlan plan, long generation)
      throws SQLException {
    long version = Versions.insert(connection, now, plan.view(), "batch", generation);
    Sql.update(
        connection,
        "UPDATE anabranch_version SET whole_through = ?, counted_in_through = ?"
            + " WHERE version = ?",
        plan.epochs().through(),
        Sql.nullable(plan.countedInThrough()),
        version);
    return version;
  }

  /** Returns the live batch version, if it ends where the plan begins. */
  private static long continued(Optional<LivePointer> found, SlicePlan plan) {
    LivePointer pointer =
        found
            .filter(live -> live.base().isPresent())
            .filter(live -> live.baseThrough() == plan.epochs().after())
            .orElseThrow(
                () ->
                    new UserException(
                        "view \""
                            + plan.view().name()
                            + "\": the live batch version does not end with epoch "
                            + plan.epochs().after()
                            + ", so it cannot be continued from there. Run batch again"));
    requireSameDefinition(pointer, plan.view());
    return pointer.base().getAsLong();
  }

  /** A version of its own that nothing points to. */
  static SliceRef openScratch(
      Connection connection, long now, long run, ViewRef view, EpochRange epochs)
      throws SQLException {
    long version = Versions.insert(connection, now, view, "scratch", NO_LETTERS);
    long slice = insertSlice(connection, version, epochs, run, false);
    return new SliceRef(view.name(), version, slice, run, epochs.after());
  }

  static SliceRef openStream(
      Connection connection,
      long now,
      long run,
      ViewRef view,
      Architecture architecture,
      long generation)
      throws SQLException {
    Optional<LivePointer> found = Pointers.find(connection, view.name());
    if (found.isPresent()) {
      requireSameSource(found.get(), view, architecture);
      requireSameDefinition(found.get(), view);
    }
    boolean kappa = architecture == Architecture.KAPPA;
    long through = found.map(LivePointer::baseThrough).orElse(NONE);
    Optional<LivePointer> following = found.filter(p -> kappa || p.speed().isPresent());
    if (following.isPresent()) {
      LivePointer pointer = following.get();
      long version = (kappa ? pointer.base() : pointer.speed()).getAsLong();
      return takeOver(connection, run, view.name(), version, kappa ? NONE : through);
    }
    long version =
        Versions.insert(
            connection,
            now,
            view,
            kappa ? "kappa" : "speed",
            Versions.generation(found, connection, view, generation));
    EpochRange epochs = new EpochRange(through, Long.MAX_VALUE);
    long slice = insertSlice(connection, version, epochs, run, true);
    pointTo(connection, view.name(), version, kappa);
    return new SliceRef(view.name(), version, slice, run, through);
  }

  /** Goes on where a version ends, after epochs that batch has absorbed. */
  static SliceRef takeOver(
      Connection connection, long run, String view, long version, long absorbedThrough)
      throws SQLException {
    Versions.fence(connection, version);
    Optional<SliceRef> following =
        Sql.one(
            connection,
            row -> {
              long end = Math.max(row.getLong("after_epoch"), row.getLong("complete_through"));
              long after = Math.max(absorbedThrough, end);
              return new SliceRef(view, version, row.getLong("slice"), run, after);
            },
            "SELECT slice, after_epoch, complete_through FROM anabranch_slice"
                + " WHERE version = ? AND visible = 1 AND through_epoch = ?",
            version,
            Long.MAX_VALUE);
    if (following.isPresent()) {
      Sql.update(
          connection,
          "UPDATE anabranch_slice SET run = ?, position = NULL WHERE slice = ?",
          run,
          following.get().slice());
      return following.get();
    }
    long after = Versions.completeThrough(connection, version);
    long slice = insertSlice(connection, version, new EpochRange(after, Long.MAX_VALUE), run, true);
    return new SliceRef(view, version, slice, run, after);
  }

  /** Takes a Kappa version over, whatever its role is. */
  static SliceRef openVersion(Connection connection, long run, ViewRef view, long version)
      throws SQLException {
    Versions.Definition found =
        Versions.find(connection, view.name(), version)
            .filter(definition -> !definition.retired())
            .orElseThrow(() -> Versions.unknown(view.name(), version));
    List<String> changes = found.view().fingerprint().changesTo(view.fingerprint());
    if (!found.view().log().equals(view.log()) || !changes.isEmpty()) {
      throw new UserException(
          "version "
              + version
              + " of view \""
              + view.name()
              + "\" is "
              + (changes.isEmpty()
                  ? "of another log"
                  : "by another definition: " + String.join("; ", changes))
              + ". Run it as it was, or replay the view");
    }
    return takeOver(connection, run, view.name(), version, NONE);
  }

  private static void pointTo(Connection connection, String view, long version, boolean kappa)
      throws SQLException {
    String architecture = (kappa ? Architecture.KAPPA : Architecture.LAMBDA).name();
    Sql.update(
        connection,
        "INSERT INTO anabranch_pointer (view, revision, architecture, base, base_through, speed)"
            + " VALUES (?, 1, ?, ?, ?, ?)"
            + " ON CONFLICT (view) DO UPDATE SET revision = revision + 1,"
            + " architecture = excluded.architecture,"
            + " base = COALESCE(excluded.base, base), speed = excluded.speed",
        view,
        architecture,
        kappa ? version : null,
        kappa ? Long.MAX_VALUE : NONE,
        kappa ? null : version);
  }

  static void complete(Connection connection, SliceRef slice, long epoch) throws SQLException {
    requireOwner(connection, slice);
    if (Runs.marks(connection, slice.run())) {
      Sql.update(
          connection,
          "UPDATE anabranch_slice SET complete_through = MAX(complete_through, ?) WHERE slice = ?",
          epoch,
          slice.slice());
    }
  }

  static void caughtUp(Connection connection, SliceRef slice, LogEnd end) throws SQLException {
    complete(connection, slice, end.closedThrough());
    Sql.update(
        connection,
        "UPDATE anabranch_slice SET position = ? WHERE slice = ?",
        end.position(),
        slice.slice());
  }

  /** Fails if another run took the slice over; called in each transaction that writes to it. */
  static void requireOwner(Connection connection, SliceRef slice) throws SQLException {
    long owner =
        Sql.one(
                connection,
                row -> row.getLong(1),
                "SELECT run FROM anabranch_slice WHERE slice = ?",
                slice.slice())
            .orElse(0L);
    if (owner != slice.run()) {
      throw new UserException(
          "run "
              + slice.run()
              + " may no longer write view \""
              + slice.view()
              + "\": "
              + (owner == 0
                  ? "its slice serves no answers, now or later, or the architecture was changed"
                  : "run " + owner + " has taken over")
              + ". Keep one run of a layer at a time");
    }
  }

  static void requireSameSource(LivePointer pointer, ViewRef view, Architecture architecture) {
    if (pointer.architecture() != architecture) {
      throw new UserException(
          "the store serves view \""
              + view.name()
              + "\" by the architecture "
              + pointer.architecture().word()
              + ", not "
              + architecture.word()
              + ": set architecture back, or use another store.url");
    }
    if (!pointer.log().equals(view.log()) || !pointer.epochLength().equals(view.epochLength())) {
      throw new UserException(
          "the store holds view \""
              + view.name()
              + "\" of another log: set log.path back, or use another store.url");
    }
  }

  static void requireSameDefinition(LivePointer pointer, ViewRef view) {
    List<String> changes = pointer.fingerprint().changesTo(view.fingerprint());
    if (!changes.isEmpty()) {
      throw new UserException(
          "the definition of view \""
              + view.name()
              + "\" is not the one that its stored rows were made by: "
              + String.join("; ", changes)
              + ". "
              + (pointer.architecture() == Architecture.LAMBDA
                  ? "Compute it anew first: run --layer batch --full"
                  : "Undo the change, or compute it anew beside what answers: \"anabranch replay\""));
    }
  }

  static long insertSlice(
      Connection connection, long version, EpochRange epochs, long run, boolean visible)
      throws SQLException {
    return Sql.insert(
        connection,
        "INSERT INTO anabranch_slice (version, after_epoch, through_epoch, run, visible,"
            + " complete_through) VALUES (?, ?, ?, ?, ?, ?)",
        version,
        epochs.after(),
        epochs.through(),
        run,
        visible ? 1 : 0,
        NONE);
  }

  /** Lets readers see a slice that changes no more. */
  static void show(Connection connection, long slice) throws SQLException {
    Sql.update(
        connection,
        "UPDATE anabranch_slice SET visible = 1, complete_through = through_epoch, row_count ="
            + " (SELECT COUNT(*) FROM anabranch_row r"
            + " WHERE r.slice = COALESCE(anabranch_slice.rows_of, anabranch_slice.slice)"
            + " AND r.epoch > anabranch_slice.after_epoch"
            + " AND r.epoch <= anabranch_slice.through_epoch) WHERE slice = ?",
        slice);
  }
}
