/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where an answer comes from.
 *
 * @param view the name of the view
 * @param architecture the architecture of the live versions
 * @param batchVersion the version that holds history: of the batch layer in Lambda, absent before
 *     its first run; the one live version in Kappa
 * @param speedVersion the version of the speed layer; always absent in Kappa
 * @param batchThrough the last epoch that the batch version covers; absent in Kappa
 * @param speedThrough the last epoch that is known to be complete in the speed version (Lambda) or
 *     the live version (Kappa); later epochs may be there in part
 * @param updated when a live row was last written, by the clock of who wrote it
 * @param freshness how long that was before the answer was read, negative if the writer's clock is
 *     ahead; a log that gets nothing new makes no rows
 * @param gaps epochs of the log that the answer does not cover. A late event of any bucket may be
 *     in any epoch, so all epochs of the log count. An epoch is covered if it is complete; an open
 *     one, if a run follows the log, or stored all that is in the log before it ended
 * @param deadLetters records that could not be decoded, in the epochs that may hold events of the
 *     buckets asked for: an event is appended no earlier than it happens, as far as clocks are
 *     right
 * @param lateEvents events of the time asked for that came late or early for a windowed view and
 *     are not counted
 */
public record Provenance(
    String view,
    Architecture architecture,
    OptionalLong batchVersion,
    OptionalLong speedVersion,
    Optional<Through> batchThrough,
    Optional<Through> speedThrough,
    Optional<Instant> updated,
    Optional<Duration> freshness,
    List<Gap> gaps,
    long deadLetters,
    long lateEvents) {

  /** Copies the gaps. */
  public Provenance {
    gaps = List.copyOf(gaps);
  }

  /**
   * The end of what a version covers.
   *
   * @param epoch the last epoch that is covered
   * @param time the first ingestion time that is not
   */
  public record Through(long epoch, Instant time) {}

  /**
   * Neighbouring epochs that an answer does not cover.
   *
   * @param first the first of them
   * @param last the last of them
   * @param start the first ingestion time
   * @param end the first ingestion time after them
   */
  public record Gap(long first, long last, Instant start, Instant end) {

    @Override
    public String toString() {
      return "[" + start + ", " + end + ")";
    }
  }
}
