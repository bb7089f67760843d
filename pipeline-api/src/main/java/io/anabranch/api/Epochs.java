/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;

/**
 * The division of ingestion time into epochs of one length, aligned to the epoch of Unix time, UTC.
 * Epoch {@code n} is the half-open interval {@code [n * length, (n + 1) * length)}.
 *
 * @param length 1 s or longer
 */
public record Epochs(Duration length) implements Serializable {

  /** Before every epoch: {@code (NONE, n]} are all epochs through n. */
  public static final long NONE = Long.MIN_VALUE;

  /**
   * Checks the length.
   *
   * @throws IllegalArgumentException if it is below 1 s or not whole milliseconds
   */
  public Epochs {
    if (length.compareTo(Duration.ofSeconds(1)) < 0 || !inMillis(length)) {
      throw new IllegalArgumentException(
          "epoch length is " + length + ": it must be 1 s or longer, in whole milliseconds");
    }
  }

  /** Returns whether a length is whole milliseconds that fit into a {@code long}. */
  static boolean inMillis(Duration length) {
    return length.compareTo(Duration.ofMillis(Long.MAX_VALUE)) <= 0
        && length.equals(Duration.ofMillis(length.toMillis()));
  }

  /** Returns the number of the epoch that holds an ingestion time. */
  public long at(Instant ingestionTime) {
    return Math.floorDiv(ingestionTime.toEpochMilli(), length.toMillis());
  }

  /** Returns the first instant of an epoch. */
  public Instant start(long epoch) {
    return Instant.ofEpochMilli(Math.multiplyExact(epoch, length.toMillis()));
  }

  /** Returns the first instant after an epoch. */
  public Instant end(long epoch) {
    return start(Math.addExact(epoch, 1));
  }
}
