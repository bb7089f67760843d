/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import static java.util.stream.Collectors.joining;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A position in the whole log: for each part of the log the offset of the next record. A part is
 * what one reader reads in order, such as a partition. All records of a part whose offset is less
 * lie before the position. A part that is not named is at its beginning, offset 0.
 *
 * @param next the next offset by the names of parts; those at offset 0 are left away
 */
public record LogPosition(SortedMap<String, Long> next) implements Serializable {
  /** The beginning of every log. */
  public static final LogPosition START = new LogPosition(Collections.emptySortedMap());

  private static final Pattern PART = Pattern.compile("[^,=]+");

  /**
   * Copies the offsets.
   *
   * @throws IllegalArgumentException if an offset is negative, or a name is empty or holds a comma
   *     or an equals sign
   */
  public LogPosition {
    next.forEach(LogPosition::check);
    SortedMap<String, Long> named = new TreeMap<>(next);
    named.values().removeIf(offset -> offset == 0);
    next = Collections.unmodifiableSortedMap(named);
  }

  private static void check(String part, long offset) {
    if (!PART.matcher(part).matches() || offset < 0) {
      throw new IllegalArgumentException(
          "offset %d of part \"%s\": a part has a name without , and =, and an offset of 0 or more"
              .formatted(offset, part));
    }
  }

  /** Returns the position before a record of one part, at the beginning of all others. */
  public static LogPosition of(String part, long next) {
    return new LogPosition(new TreeMap<>(Map.of(part, next)));
  }

  /** Returns the offset of the next record of a part. */
  public long next(String part) {
    return next.getOrDefault(part, 0L);
  }

  /** Returns whether all that lies before the other position lies before this one: no part less. */
  public boolean covers(LogPosition other) {
    return other.next.entrySet().stream().allMatch(part -> next(part.getKey()) >= part.getValue());
  }

  /** Returns the first position that covers both: of each part the larger offset. */
  public LogPosition merge(LogPosition other) {
    if (other.next.isEmpty()) {
      return this;
    }
    SortedMap<String, Long> merged = new TreeMap<>(next);
    other.next.forEach((part, offset) -> merged.merge(part, offset, Math::max));
    return new LogPosition(merged);
  }

  /** Returns the text that {@link #parse} reads, such as {@code 0=17,1=12}. */
  @Override
  public String toString() {
    return next.entrySet().stream()
        .map(part -> part.getKey() + "=" + part.getValue())
        .collect(joining(","));
  }

  /**
   * Reads a position.
   *
   * @throws IllegalArgumentException if it is not of the form {@code 0=17,1=12}
   */
  public static LogPosition parse(String text) {
    SortedMap<String, Long> next = new TreeMap<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = part.indexOf('=');
      try {
        next.put(part.substring(0, equals), Long.valueOf(part.substring(equals + 1)));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new IllegalArgumentException(
            "\"%s\" is no position in a log: write for instance 0=17,1=12".formatted(text), e);
      }
    }
    return new LogPosition(next);
  }
}
