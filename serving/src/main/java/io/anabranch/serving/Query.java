/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import com.google.auto.value.AutoValue;
import io.anabranch.api.KeyText;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** What to read of a view. Immutable; start at {@link #all()}, the calls may come in any order. */
@AutoValue
public abstract class Query {
  /** How long the store may take unless {@link #within} says otherwise. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  Query() {}

  /** Returns a query for all rows, one per bucket and key. */
  public static Query all() {
    return new AutoValue_Query.Builder()
        .keys(Set.of())
        .total(false)
        .strict(false)
        .timeout(DEFAULT_TIMEOUT)
        .build();
  }

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder keys(Set<String> texts);

    abstract Builder from(Instant start);

    abstract Builder to(Instant end);

    abstract Builder total(boolean merged);

    abstract Builder top(int count);

    abstract Builder strict(boolean strict);

    abstract Builder timeout(Duration limit);

    abstract Query build();
  }

  abstract Builder toBuilder();

  /** Returns the keys in their readable form ({@link KeyText}), none for all. */
  @SuppressWarnings("AutoValueImmutableFields") // it is a copy; Guava stays out of our signatures
  public abstract Set<String> keys();

  /** Returns the first bucket start, inclusive. */
  public abstract Optional<Instant> from();

  /** Returns the end of bucket starts, exclusive. */
  public abstract Optional<Instant> to();

  /** Returns whether the buckets of the range are merged into one row per key. */
  public abstract boolean total();

  /** Returns how many rows of the largest values to keep. */
  public abstract OptionalInt top();

  /** Returns whether an answer with a gap is refused. */
  public abstract boolean strict();

  /** Returns how long the store may take to give the rows. */
  public abstract Duration timeout();

  /**
   * Keeps only rows of this key.
   *
   * @param key the key itself; its readable form, {@link KeyText}, is what is compared
   */
  public final Query key(Object key) {
    return keys(List.of(key));
  }

  /**
   * Keeps only rows of these keys, which are read in one statement; none means all keys.
   *
   * @param keysToKeep the keys themselves, 10,000 at most; their readable form, {@link KeyText}, is
   *     what is compared
   */
  public final Query keys(Collection<?> keysToKeep) {
    Set<String> texts =
        keysToKeep.stream().map(KeyText::of).collect(Collectors.toUnmodifiableSet());
    return toBuilder().keys(texts).build();
  }

  /** Keeps only buckets that start at this time or later. */
  public final Query from(Instant start) {
    return toBuilder().from(start).build();
  }

  /** Keeps only buckets that start before this time. */
  public final Query to(Instant end) {
    return toBuilder().to(end).build();
  }

  /** Merges the buckets of the range into one row per key. */
  public final Query asTotal() {
    return toBuilder().total(true).build();
  }

  /**
   * Keeps the rows of the largest values, largest first.
   *
   * @param count 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public final Query top(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("top is " + count + ": it must be 1 or more");
    }
    return toBuilder().top(count).build();
  }

  /**
   * Refuses an answer that does not cover all epochs of the log, instead of giving it; by default
   * it is given, and its provenance has the gaps.
   */
  public final Query asStrict() {
    return toBuilder().strict(true).build();
  }

  /**
   * Limits how long the store may take to give the rows; default 30 s.
   *
   * @param limit 1 ms to 24 h
   * @throws IllegalArgumentException if it is shorter or longer
   */
  public final Query within(Duration limit) {
    if (limit.compareTo(Duration.ofMillis(1)) < 0 || limit.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException("timeout is " + limit + ": it must be 1 ms to 24 h");
    }
    return toBuilder().timeout(limit).build();
  }
}
