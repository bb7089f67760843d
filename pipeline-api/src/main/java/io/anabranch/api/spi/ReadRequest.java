/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Which live rows to read.
 *
 * @param view the view's name
 * @param from the first bucket start, inclusive
 * @param to the end of bucket starts, exclusive
 * @param keyTexts the keys in their readable form, empty for all keys
 */
public record ReadRequest(
    String view, Optional<Instant> from, Optional<Instant> to, Set<String> keyTexts) {

  /** Copies the keys. */
  public ReadRequest {
    keyTexts = Set.copyOf(keyTexts);
  }
}
