/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which live rows to read.
 *
 * @param view the view's name
 * @param fromBucket the first bucket start, in milliseconds since 1970-01-01T00:00Z
 * @param toBucket the last bucket start
 * @param keyTexts the keys in their readable form, empty for all keys
 * @param afterKeyText only larger keys, for the next page; empty for all keys
 * @param limit how many rows at most
 * @param knownRevision the document is left out of the answer if it is of this revision
 * @param timeout how long it may take, empty for as long as it takes
 */
public record RowQuery(
    String view,
    long fromBucket,
    long toBucket,
    Set<String> keyTexts,
    Optional<String> afterKeyText,
    OptionalInt limit,
    long knownRevision,
    Optional<Duration> timeout) {

  /** Copies the keys. */
  public RowQuery {
    keyTexts = Set.copyOf(keyTexts);
  }
}
