/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Fingerprint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the catalog holds of a view.
 *
 * @param pointer its live pointer
 * @param versions all its versions, oldest first
 * @param reconciliation what the last comparison of batch with the rows before it found
 * @param untimely events that did not come in time for the view
 * @param countedIn how many of them the live batch version counts in
 */
public record ViewStatus(
    LivePointer pointer,
    List<Version> versions,
    Optional<Reconciliation> reconciliation,
    long untimely,
    long countedIn) {

  /** Copies the versions. */
  public ViewStatus {
    versions = List.copyOf(versions);
  }

  /**
   * One complete computation of a view.
   *
   * @param version its number
   * @param kind {@code batch}, {@code speed}, {@code kappa} or {@code scratch}
   * @param role what the live pointer has it for
   * @param fingerprint its definition
   * @param created when it was begun
   * @param slices its slices, oldest first
   */
  public record Version(
      long version,
      String kind,
      VersionRole role,
      Fingerprint fingerprint,
      Instant created,
      List<Slice> slices) {

    /** Copies the slices. */
    public Version {
      slices = List.copyOf(slices);
    }

    /** Returns whether it answers queries. */
    public boolean live() {
      return role == VersionRole.LIVE;
    }

    /** Returns the last epoch known to be complete in it, {@link Epochs#NONE} if none is. */
    public long completeThrough() {
      return slices.stream()
          .filter(Slice::visible)
          .mapToLong(slice -> slice.completeThrough().orElse(Epochs.NONE))
          .max()
          .orElse(Epochs.NONE);
    }
  }

  /**
   * The rows that a version holds for a run of epochs.
   *
   * @param slice its number
   * @param epochs its epochs; the end is {@link Long#MAX_VALUE} for a slice that follows the log
   * @param run the run that wrote it last
   * @param visible whether readers may see it
   * @param completeThrough the last epoch known to be complete, if any
   * @param rows how many rows it holds
   * @param reading how far the run that fills it has read the log, empty if none tells of it
   */
  public record Slice(
      long slice,
      EpochRange epochs,
      long run,
      boolean visible,
      OptionalLong completeThrough,
      long rows,
      Optional<Reading> reading) {}
}
