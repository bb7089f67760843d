/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

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
 * @param afterKeyText only keys after this one in the order of the store, for the next page
 * @param ordered whether rows of a key come one after another; in any order otherwise
 * @param limit how many rows at most; they come ordered then
 * @param letters which dead letters to count
 * @param knownRevision the document is left out of the answer if it is of this revision
 * @param timeout how long it may take, empty for as long as it takes
 */
public record RowQuery(
    String view,
    long fromBucket,
    long toBucket,
    Set<String> keyTexts,
    Optional<String> afterKeyText,
    boolean ordered,
    OptionalInt limit,
    Letters letters,
    long knownRevision,
    Optional<Duration> timeout) {

  /**
   * Which dead letters of the live versions to count.
   *
   * @param fromEpoch records that could not be decoded, of this epoch and later ones
   * @param fromTime late and early events of this time, in milliseconds since 1970-01-01T00:00Z
   * @param toTime and before this time
   * @param countedThrough but none of epochs through this one that are also of times through {@code
   *     countedTime}, as a version counts them
   * @param countedTime see {@code countedThrough}
   */
  public record Letters(
      long fromEpoch, long fromTime, long toTime, long countedThrough, long countedTime) {
    /** All dead letters. */
    public static final Letters ALL =
        new Letters(Long.MIN_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE);
  }

  /** Copies the keys. */
  public RowQuery {
    keyTexts = Set.copyOf(keyTexts);
  }

  /** Returns the same query without its rows: it reads only what they belong to. */
  public RowQuery withoutRows() {
    return new RowQuery(
        view,
        fromBucket,
        toBucket,
        keyTexts,
        afterKeyText,
        ordered,
        OptionalInt.of(0),
        letters,
        knownRevision,
        timeout);
  }
}
