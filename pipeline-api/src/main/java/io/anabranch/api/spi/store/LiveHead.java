/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.LogEnd;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What live rows belong to.
 *
 * @param revision the revision of the document
 * @param document the document, empty if the reader knows this revision
 * @param slices the live slices, oldest first
 * @param undecodable how many records could not be decoded, up to {@link #MOST_LETTERS}
 * @param late how many events were too late or too early, up to {@link #MOST_LETTERS}
 * @param log the log as a run saw it last, empty if none did
 */
public record LiveHead(
    long revision,
    Optional<String> document,
    List<Activity> slices,
    long undecodable,
    long late,
    Optional<LogEnd> log) {
  /** Counts of dead letters end here, so that they cost the same however many there are. */
  public static final int MOST_LETTERS = 1_001;

  /** Copies the list. */
  public LiveHead {
    slices = List.copyOf(slices);
  }

  /** Returns the same head with other numbers of dead letters. */
  public LiveHead withLetters(long otherUndecodable, long otherLate) {
    return new LiveHead(revision, document, slices, otherUndecodable, otherLate, log);
  }

  /**
   * A live slice, and what runs do with it.
   *
   * @param slice the slice
   * @param completeThrough the last complete epoch, empty if none is
   * @param position the position in the log through which a run that ended has stored everything
   * @param changes how often rows were written; grows with each write
   * @param updated when rows were last written
   * @param seen when the run that fills it was last alive, empty if it has ended or there is none
   */
  public record Activity(
      LiveSlice slice,
      OptionalLong completeThrough,
      Optional<String> position,
      long changes,
      Optional<Instant> updated,
      Optional<Instant> seen) {}
}
