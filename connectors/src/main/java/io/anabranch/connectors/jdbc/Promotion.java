/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Fingerprint;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.ViewRef;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes a batch slice visible and moves the live pointer to its version and its last epoch, in the
 * transaction at hand, if the pointer names the version and the epoch that it named when the slice
 * was opened. Promoting a live slice again changes nothing.
 */
final class Promotion {
  private Promotion() {}

  /** A slice as it was opened. */
  private record Candidate(
      EpochRange epochs,
      boolean visible,
      OptionalLong baseWhenOpened,
      OptionalLong baseThroughWhenOpened,
      ViewRef view) {}

  static void promote(Connection connection, long now, SliceRef slice) throws SQLException {
    Slices.requireOwner(connection, slice);
    Candidate candidate = candidate(connection, slice);
    Optional<LivePointer> pointer = Pointers.find(connection, slice.view());
    pointer.ifPresent(p -> Slices.requireSameSource(p, candidate.view(), Architecture.LAMBDA));
    OptionalLong base = pointer.map(LivePointer::base).orElse(OptionalLong.empty());
    if (candidate.visible() && base.equals(OptionalLong.of(slice.version()))) {
      return; // promoted already
    }
    requireUnmoved(slice, candidate, base, pointer.map(LivePointer::baseThrough).orElse(NONE));
    Slices.show(connection, slice.slice());
    if (base.isPresent() && base.getAsLong() != slice.version()) {
      Versions.retire(connection, now, base.getAsLong());
    }
    OptionalLong speed = pointer.map(LivePointer::speed).orElse(OptionalLong.empty());
    boolean sameDefinition =
        pointer.isPresent()
            && speedFingerprint(connection, speed)
                .equals(Optional.of(candidate.view().fingerprint()));
    if (speed.isPresent() && !sameDefinition) { // its run must not go on writing for nobody
      Versions.retire(connection, now, speed.getAsLong());
      Versions.fence(connection, speed.getAsLong());
    }
    Replays.retireRole(connection, now, slice.view(), "candidate"); // a first one of Kappa
    Sql.update(
        connection,
        "INSERT INTO anabranch_pointer (view, revision, architecture, base, base_through, speed)"
            + " VALUES (?, 1, ?, ?, ?, ?) ON CONFLICT (view) DO UPDATE SET revision = revision + 1,"
            + " architecture = excluded.architecture,"
            + " base = excluded.base, base_through = excluded.base_through, speed = excluded.speed",
        slice.view(),
        Architecture.LAMBDA.name(),
        slice.version(),
        candidate.epochs().through(),
        sameDefinition ? (Long) speed.getAsLong() : null); // rows of another definition never mix
  }

  private static void requireUnmoved(
      SliceRef slice, Candidate candidate, OptionalLong base, long baseThrough) {
    if (!base.equals(candidate.baseWhenOpened())
        || !OptionalLong.of(baseThrough).equals(candidate.baseThroughWhenOpened())) {
      throw new UserException(
          "view \""
              + slice.view()
              + "\": another batch run promoted version "
              + base.orElse(0)
              + " through "
              + end(candidate, baseThrough)
              + " meanwhile; this run leaves everything as it is. Run batch again if it is needed");
    }
    if (baseThrough > candidate.epochs().through()) {
      throw new UserException(
          "view \""
              + slice.view()
              + "\": this batch run reaches "
              + end(candidate, candidate.epochs().through())
              + ", but the live version reaches "
              + end(candidate, baseThrough)
              + " already; this run leaves everything as it is");
    }
  }

  private static String end(Candidate candidate, long epoch) {
    return epoch == NONE
        ? "nothing"
        : new Epochs(candidate.view().epochLength()).end(epoch).toString();
  }

  private static Candidate candidate(Connection connection, SliceRef slice) throws SQLException {
    return Sql.one(
            connection,
            row -> candidate(slice, row),
            "SELECT s.*, v.fingerprint, v.log, v.epoch_millis FROM anabranch_slice s"
                + " JOIN anabranch_version v ON v.version = s.version WHERE s.slice = ?",
            slice.slice())
        .orElseThrow();
  }

  private static Candidate candidate(SliceRef slice, ResultSet row) throws SQLException {
    return new Candidate(
        new EpochRange(row.getLong("after_epoch"), row.getLong("through_epoch")),
        row.getBoolean("visible"),
        Sql.optionalLong(row, "base_when_opened"),
        Sql.optionalLong(row, "base_through_when_opened"),
        new ViewRef(
            slice.view(),
            Fingerprint.parse(row.getString("fingerprint")),
            row.getString("log"),
            Duration.ofMillis(row.getLong("epoch_millis"))));
  }

  private static Optional<Fingerprint> speedFingerprint(Connection connection, OptionalLong speed)
      throws SQLException {
    return speed.isEmpty()
        ? Optional.empty()
        : Sql.one(
            connection,
            row -> Fingerprint.parse(row.getString(1)),
            "SELECT fingerprint FROM anabranch_version WHERE version = ?",
            speed.getAsLong());
  }
}
