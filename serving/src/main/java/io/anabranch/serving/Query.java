/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What to read of a view. Immutable; start at {@link #all()}, the calls may come in any order.
 *
 * @param keys the keys in their readable form ({@link io.anabranch.api.KeyText}), empty for all
 * @param from the first bucket start, inclusive
 * @param to the end of bucket starts, exclusive
 * @param total whether the buckets of the range are merged into one row per key
 * @param top how many rows of the largest values to keep
 */
public record Query(
    Set<String> keys,
    Optional<Instant> from,
    Optional<Instant> to,
    boolean total,
    OptionalInt top) {

  /** Copies the keys. */
  public Query {
    keys = Set.copyOf(keys);
  }

  /** Returns a query for all rows, one per bucket and key. */
  public static Query all() {
    return new Query(Set.of(), Optional.empty(), Optional.empty(), false, OptionalInt.empty());
  }

  /** Keeps only rows of these keys, in their readable form; none means all keys. */
  public Query keys(Set<String> texts) {
    return new Query(texts, from, to, total, top);
  }

  /** Keeps only buckets that start at this time or later. */
  public Query from(Instant start) {
    return new Query(keys, Optional.of(requireNonNull(start, "start")), to, total, top);
  }

  /** Keeps only buckets that start before this time. */
  public Query to(Instant end) {
    return new Query(keys, from, Optional.of(requireNonNull(end, "end")), total, top);
  }

  /** Merges the buckets of the range into one row per key. */
  public Query asTotal() {
    return new Query(keys, from, to, true, top);
  }

  /**
   * Keeps the rows of the largest values, largest first.
   *
   * @param count 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public Query top(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("top is " + count + ": it must be 1 or more");
    }
    return new Query(keys, from, to, total, OptionalInt.of(count));
  }
}
