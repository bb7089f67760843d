/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.log.ReadProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What is recorded of a run.
 *
 * @param run its number
 * @param layer what it computes, for people
 * @param started when it began
 * @param seen when it was last alive
 * @param ended when it ended, empty if it has not, or died
 * @param rowsWritten how many rows it has written
 * @param waits how long it waited for the store
 * @param readings how far it has read the log, by row set
 */
public record RunProgress(
    long run,
    String layer,
    Instant started,
    Instant seen,
    Optional<Instant> ended,
    long rowsWritten,
    Waits waits,
    Map<Long, ReadProgress> readings) {

  /**
   * How long a run waited for a store that could not take what it was given.
   *
   * @param retries how often calls were done again
   * @param waited how long they waited for that, together
   * @param breakerOpened how often the circuit breaker opened, so that calls were not even tried
   */
  public record Waits(long retries, Duration waited, long breakerOpened) {
    /** Of a run that never waited. */
    public static final Waits NONE = new Waits(0, Duration.ZERO, 0);

    /** Returns both together. */
    public Waits plus(Waits more) {
      return new Waits(
          retries + more.retries, waited.plus(more.waited), breakerOpened + more.breakerOpened);
    }
  }

  /** Copies the map. */
  public RunProgress {
    readings = Map.copyOf(readings);
  }
}
