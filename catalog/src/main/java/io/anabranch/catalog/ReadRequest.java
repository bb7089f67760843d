/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Which live rows of a view to read.
 *
 * @param from the first bucket start, inclusive
 * @param to the end of bucket starts, exclusive
 * @param keyTexts the keys in their readable form, empty for all keys
 * @param ordered whether rows of a key come one after another; in any order otherwise
 * @param timeout how long it may take, empty for as long as it takes
 */
public record ReadRequest(
    Optional<Instant> from,
    Optional<Instant> to,
    Set<String> keyTexts,
    boolean ordered,
    Optional<Duration> timeout) {

  /** Reads rows in any order. */
  public ReadRequest(
      Optional<Instant> from,
      Optional<Instant> to,
      Set<String> keyTexts,
      Optional<Duration> timeout) {
    this(from, to, keyTexts, false, timeout);
  }

  /** Copies the keys. */
  public ReadRequest {
    keyTexts = Set.copyOf(keyTexts);
  }
}
