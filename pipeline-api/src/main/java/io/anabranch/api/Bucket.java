/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.time.Duration;
import java.time.Instant;

/**
 * A fixed event-time interval {@code [start, start + length)}, the grain at which a view is stored.
 */
public record Bucket(Instant start, Duration length) implements Comparable<Bucket> {

  /** Returns the first instant after the bucket. */
  public Instant end() {
    return start.plus(length);
  }

  /** Orders by start. */
  @Override
  public int compareTo(Bucket other) {
    return start.compareTo(other.start);
  }
}
