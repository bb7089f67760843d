/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What live rows belong to.
 *
 * @param revision the revision of the document
 * @param document the document, empty if the reader knows this revision
 * @param following what runs do with the live slices that follow the log
 * @param undecodable how many records could not be decoded, and how many rows of the view the store
 *     did not take, up to {@link #MOST_LETTERS}
 * @param late how many events were too late or too early, up to {@link #MOST_LETTERS}
 * @param log the log as a run saw it last, empty if none did
 */
public record LiveHead(
    long revision,
    Optional<String> document,
    List<Activity> following,
    long undecodable,
    long late,
    Optional<LogEnd> log) {
  /** Counts of dead letters end here, so that they cost the same however many there are. */
  public static final int MOST_LETTERS = 1_001;

  /** Copies the list. */
  public LiveHead {
    following = List.copyOf(following);
  }

  /** Returns the same head with other numbers of dead letters. */
  public LiveHead withLetters(long otherUndecodable, long otherLate) {
    return new LiveHead(revision, document, following, otherUndecodable, otherLate, log);
  }

  /**
   * What runs do with a row set.
   *
   * @param rows the number of the row set
   * @param completeThrough the last complete epoch, empty if none is
   * @param position the position in the log through which a run that ended has stored everything
   * @param changes how often rows were written; grows with each write
   * @param updated when rows were last written
   * @param seen when the run that fills it was last alive, empty if it has ended or there is none
   */
  public record Activity(
      long rows,
      OptionalLong completeThrough,
      Optional<LogPosition> position,
      long changes,
      Optional<Instant> updated,
      Optional<Instant> seen) {}
}
