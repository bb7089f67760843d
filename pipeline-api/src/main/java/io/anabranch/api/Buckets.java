/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.joda.time.Instant;

/**
 * The buckets of a combined view: how event time is divided. Beam's window functions do it; where
 * they follow a calendar, buckets are of different lengths. Two are equal if they divide alike.
 */
public final class Buckets implements Serializable {
  private static final long serialVersionUID = 1L;

  private final PartitioningWindowFn<Object, IntervalWindow> windows;
  private final String description;

  /** Of buckets of one length, in milliseconds; 0 of others. */
  private final long length;

  private final long offset;

  /** Events come near each other, and calendars are slow: the bucket of the event before. */
  private transient IntervalWindow last;

  private Buckets(PartitioningWindowFn<Object, IntervalWindow> windows, long length, long offset) {
    this.windows = windows;
    this.description = WindowText.of(windows);
    this.length = length;
    this.offset = offset;
  }

  /** Returns buckets that are these windows of Beam. */
  public static Buckets of(PartitioningWindowFn<Object, IntervalWindow> windows) {
    return windows instanceof FixedWindows fixed
        ? new Buckets(windows, fixed.getSize().getMillis(), fixed.getOffset().getMillis())
        : new Buckets(windows, 0, 0);
  }

  /** Returns buckets of one length from 1970 in UTC on. */
  public static Buckets of(Duration length) {
    return of(FixedWindows.of(org.joda.time.Duration.millis(length.toMillis())));
  }

  /** Returns Beam's window function. */
  public PartitioningWindowFn<Object, IntervalWindow> windows() {
    return windows;
  }

  /**
   * Returns the bucket of a time.
   *
   * @param millis milliseconds since 1970 in UTC
   */
  public IntervalWindow at(long millis) {
    if (length > 0) {
      long start = Math.floorDiv(millis - offset, length) * length + offset;
      return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + length));
    }
    IntervalWindow known = last; // other threads may set it
    if (known != null && millis >= known.start().getMillis() && millis < known.end().getMillis()) {
      return known;
    }
    IntervalWindow found = windows.assignWindow(Instant.ofEpochMilli(millis));
    last = found;
    return found;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Buckets that && description.equals(that.description);
  }

  @Override
  public int hashCode() {
    return Objects.hash(description);
  }

  /** Returns how time is divided, such as {@code PT1M}. */
  @Override
  public String toString() {
    return description;
  }
}
