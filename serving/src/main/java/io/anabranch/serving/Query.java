/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static java.util.Objects.requireNonNull;

import io.anabranch.api.KeyText;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What to read of a view. Immutable; start at {@link #all()}, the calls may come in any order.
 *
 * @param keys the keys in their readable form ({@link io.anabranch.api.KeyText}), empty for all
 * @param from the first bucket start, inclusive
 * @param to the end of bucket starts, exclusive
 * @param total whether the buckets of the range are merged into one row per key
 * @param top how many rows of the largest values to keep
 * @param strict whether an answer with a gap is refused
 * @param timeout how long the store may take to give the rows
 */
public record Query(
    Set<String> keys,
    Optional<Instant> from,
    Optional<Instant> to,
    boolean total,
    OptionalInt top,
    boolean strict,
    Duration timeout) {
  /** How long the store may take unless {@link #within} says otherwise. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** Copies the keys. */
  public Query {
    keys = Set.copyOf(keys);
  }

  /** Returns a query for all rows, one per bucket and key. */
  public static Query all() {
    return new Query(
        Set.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        OptionalInt.empty(),
        false,
        DEFAULT_TIMEOUT);
  }

  /**
   * Keeps only rows of this key.
   *
   * @param key the key itself; its readable form, {@link KeyText}, is what is compared
   */
  public Query key(Object key) {
    return keys(List.of(key));
  }

  /**
   * Keeps only rows of these keys, which are read in one statement; none means all keys.
   *
   * @param keysToKeep the keys themselves, 10,000 at most; their readable form, {@link KeyText}, is
   *     what is compared
   */
  public Query keys(Collection<?> keysToKeep) {
    Set<String> texts = keysToKeep.stream().map(KeyText::of).collect(Collectors.toSet());
    return new Query(texts, from, to, total, top, strict, timeout);
  }

  /** Keeps only buckets that start at this time or later. */
  public Query from(Instant start) {
    return new Query(
        keys, Optional.of(requireNonNull(start, "start")), to, total, top, strict, timeout);
  }

  /** Keeps only buckets that start before this time. */
  public Query to(Instant end) {
    return new Query(
        keys, from, Optional.of(requireNonNull(end, "end")), total, top, strict, timeout);
  }

  /** Merges the buckets of the range into one row per key. */
  public Query asTotal() {
    return new Query(keys, from, to, true, top, strict, timeout);
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
    return new Query(keys, from, to, total, OptionalInt.of(count), strict, timeout);
  }

  /**
   * Refuses an answer that does not cover all epochs of the log, instead of giving it; by default
   * it is given, and its provenance tells the gaps.
   */
  public Query asStrict() {
    return new Query(keys, from, to, total, top, true, timeout);
  }

  /**
   * Limits how long the store may take to give the rows; default 30 s.
   *
   * @param limit 1 ms to 24 h
   * @throws IllegalArgumentException if it is shorter or longer
   */
  public Query within(Duration limit) {
    if (limit.compareTo(Duration.ofMillis(1)) < 0 || limit.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException("timeout is " + limit + ": it must be 1 ms to 24 h");
    }
    return new Query(keys, from, to, total, top, strict, limit);
  }
}
