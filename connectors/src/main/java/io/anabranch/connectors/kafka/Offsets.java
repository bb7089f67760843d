/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static java.util.stream.Collectors.joining;

import io.anabranch.api.spi.log.LogPosition;
import java.io.Serializable;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The next offset of each partition, by its number. Of partitions that are not named it is 0.
 *
 * @param next the next offsets of the partitions from 0 on
 */
@SuppressWarnings("ArrayRecordComponent") // never changed, and compared by its values
record Offsets(long[] next) implements Serializable {
  /** Of no partition. */
  static final Offsets NONE = new Offsets(new long[0]);

  /** Returns how many partitions are named. */
  int partitions() {
    return next.length;
  }

  /** Returns the next offset of a partition. */
  long of(int partition) {
    return partition < next.length ? next[partition] : 0;
  }

  /** Returns the larger offset of each partition. */
  Offsets max(Offsets other) {
    return with(other, Math::max);
  }

  /** Returns the smaller offset of each partition that both name. */
  Offsets min(Offsets other) {
    long[] smaller = new long[Math.min(partitions(), other.partitions())];
    Arrays.setAll(smaller, partition -> Math.min(of(partition), other.of(partition)));
    return new Offsets(smaller);
  }

  private Offsets with(Offsets other, LongBinaryOperator operator) {
    long[] both = new long[Math.max(partitions(), other.partitions())];
    Arrays.setAll(both, partition -> operator.applyAsLong(of(partition), other.of(partition)));
    return new Offsets(both);
  }

  /** Returns how many offsets lie from an earlier place to this one. */
  long since(Offsets earlier) {
    return IntStream.range(0, partitions())
        .mapToLong(partition -> Math.max(0, of(partition) - earlier.of(partition)))
        .sum();
  }

  /** Returns the place in terms of the whole log: a partition is a part. */
  LogPosition position() {
    SortedMap<String, Long> parts = new TreeMap<>();
    for (int partition = 0; partition < partitions(); partition++) {
      parts.put(part(partition), of(partition));
    }
    return new LogPosition(parts);
  }

  /** Reads a place of the whole log. */
  static Offsets of(LogPosition position) {
    int partitions = position.next().keySet().stream().mapToInt(Integer::parseInt).max().orElse(-1);
    long[] next = new long[partitions + 1];
    Arrays.setAll(next, partition -> position.next(part(partition)));
    return new Offsets(next);
  }

  /** Returns the name of a partition as a part of the log. */
  static String part(int partition) {
    return Integer.toString(partition);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Offsets offsets && Arrays.equals(next, offsets.next);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(next);
  }

  @Override
  public String toString() {
    return LongStream.of(next).mapToObj(Long::toString).collect(joining(", ", "[", "]"));
  }
}
