/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.ViewRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/** Puts one slice in the place of several neighbours of the live batch version. */
final class Folds {
  private Folds() {}

  static SliceRef open(Connection connection, long run, ViewRef view, List<Long> slices)
      throws SQLException {
    LivePointer pointer =
        Pointers.find(connection, view.name())
            .filter(live -> live.base().isPresent())
            .orElseThrow(() -> moved(view.name()));
    Slices.requireSameSource(pointer, view, Architecture.LAMBDA);
    Slices.requireSameDefinition(pointer, view);
    long version = pointer.base().getAsLong();
    EpochRange epochs = range(connection, view.name(), version, slices);
    long slice = Slices.insertSlice(connection, version, epochs, run, false);
    return new SliceRef(view.name(), version, slice, run, epochs.after());
  }

  static void replace(Connection connection, long now, SliceRef fold, List<Long> slices)
      throws SQLException {
    Slices.requireOwner(connection, fold);
    boolean live =
        Pointers.find(connection, fold.view())
            .filter(pointer -> pointer.base().equals(OptionalLong.of(fold.version())))
            .isPresent();
    if (!live) {
      throw moved(fold.view());
    }
    EpochRange own =
        Sql.one(
                connection,
                row -> new EpochRange(row.getLong(1), row.getLong(2)),
                "SELECT after_epoch, through_epoch FROM anabranch_slice WHERE slice = ?",
                fold.slice())
            .orElseThrow();
    if (!range(connection, fold.view(), fold.version(), slices).equals(own)) {
      throw new IllegalArgumentException("slices " + slices + " are not those of the fold " + own);
    }
    Slices.show(connection, fold.slice());
    EpochMemory.copy(connection, fold.slice(), slices);
    Sql.update( // a fold brings nothing new
        connection,
        "UPDATE anabranch_slice SET updated = (SELECT MAX(f.updated) FROM anabranch_slice f"
            + " WHERE f.version = anabranch_slice.version AND f.visible = 1"
            + " AND f.slice <> anabranch_slice.slice AND f.through_epoch <= ?) WHERE slice = ?",
        own.through(),
        fold.slice());
    for (long slice : slices) {
      Sql.update(
          connection,
          "UPDATE anabranch_slice SET visible = 0, retired = ? WHERE slice = ?",
          now,
          slice);
    }
  }

  /** Returns the epochs of slices that are visible neighbours in a version. */
  private static EpochRange range(
      Connection connection, String view, long version, List<Long> slices) throws SQLException {
    if (slices.size() < 2) {
      throw new IllegalArgumentException("slices " + slices + " are fewer than two");
    }
    EpochRange range = null;
    for (long slice : slices) {
      EpochRange epochs =
          Sql.one(
                  connection,
                  row -> new EpochRange(row.getLong(1), row.getLong(2)),
                  "SELECT after_epoch, through_epoch FROM anabranch_slice"
                      + " WHERE slice = ? AND version = ? AND visible = 1",
                  slice,
                  version)
              .orElseThrow(() -> moved(view));
      if (range != null && range.through() != epochs.after()) {
        throw new IllegalArgumentException("slices " + slices + " are no neighbours");
      }
      range = new EpochRange(range == null ? epochs.after() : range.after(), epochs.through());
    }
    return range;
  }

  private static UserException moved(String view) {
    return new UserException(
        "view \""
            + view
            + "\": another run promoted or folded slices meanwhile; this one leaves everything as it"
            + " is. Compact again if it is needed");
  }
}
