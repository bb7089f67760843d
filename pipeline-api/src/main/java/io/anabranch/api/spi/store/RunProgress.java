/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.log.ReadProgress;
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
 * @param readings how far it has read the log, by row set
 */
public record RunProgress(
    long run,
    String layer,
    Instant started,
    Instant seen,
    Optional<Instant> ended,
    long rowsWritten,
    Map<Long, ReadProgress> readings) {

  /** Copies the map. */
  public RunProgress {
    readings = Map.copyOf(readings);
  }
}
