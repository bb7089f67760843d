/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import java.time.Instant;
import java.util.Optional;

/**
 * What a slice holds.
 *
 * @param count the number of its rows
 * @param minBucket the smallest start of a bucket, in milliseconds since 1970-01-01T00:00Z; 0 if
 *     there is no row
 * @param maxBucket the largest one; 0 if there is no row
 * @param updated when a row was last written, empty if none was
 */
public record SliceStats(long count, long minBucket, long maxBucket, Optional<Instant> updated) {
  /** A slice without rows. */
  public static final SliceStats EMPTY = new SliceStats(0, 0, 0, Optional.empty());
}
