/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import io.anabranch.api.internal.WindowText;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.joda.time.DateTime;
import org.joda.time.Days;
import org.joda.time.Instant;

/**
 * The buckets of a combined view: how event time is divided. Beam's window functions do it; where
 * they follow a calendar, buckets are of different lengths. Two are equal if they divide alike.
 */
public final class Buckets implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Before the first day that windows are counted from, Beam rounds into the wrong direction. */
  private static final int FIRST_YEAR = -1;

  private static final int MONTHS = 12;

  private final PartitioningWindowFn<Object, IntervalWindow> windows;
  private final PartitioningWindowFn<Object, IntervalWindow> fromLongAgo;
  private final String description;

  /** Of buckets of one length, in milliseconds; 0 of others. */
  private final long length;

  private final long offset;

  /** Events come near each other, and calendars are slow: the bucket of the event before. */
  private transient IntervalWindow last;

  private Buckets(PartitioningWindowFn<Object, IntervalWindow> windows, long length, long offset) {
    this.windows = windows;
    this.fromLongAgo = fromLongAgo(windows);
    this.description = WindowText.of(windows);
    this.length = length;
    this.offset = offset;
  }

  /**
   * Returns buckets that are these windows of Beam.
   *
   * @throws IllegalArgumentException if they are neither fixed windows nor windows of a calendar,
   *     so that nobody knows whether two of them divide alike
   */
  public static Buckets of(PartitioningWindowFn<Object, IntervalWindow> windows) {
    return windows instanceof FixedWindows fixed
        ? new Buckets(windows, fixed.getSize().getMillis(), fixed.getOffset().getMillis())
        : new Buckets(windows, 0, 0);
  }

  /** Returns buckets of one length from 1970 in UTC on. */
  public static Buckets of(Duration length) {
    return of(FixedWindows.of(org.joda.time.Duration.millis(length.toMillis())));
  }

  /** Returns the same windows, counted from a day before all events. */
  private static PartitioningWindowFn<Object, IntervalWindow> fromLongAgo(
      PartitioningWindowFn<Object, IntervalWindow> windows) {
    if (windows instanceof FixedWindows) {
      return windows;
    }
    if (windows instanceof CalendarWindows.DaysWindows days) {
      DateTime first = days.getStartDate();
      int count = Days.daysBetween(first.withYear(FIRST_YEAR), first).getDays() / days.getNumber();
      DateTime start = first.minusDays(count * days.getNumber());
      return CalendarWindows.days(days.getNumber())
          .withTimeZone(days.getTimeZone())
          .withStartingDay(start.getYear(), start.getMonthOfYear(), start.getDayOfMonth());
    }
    if (windows instanceof CalendarWindows.MonthsWindows months) {
      DateTime first = months.getStartDate();
      int count = (first.getYear() - FIRST_YEAR) * MONTHS / months.getNumber();
      DateTime start = first.minusMonths(count * months.getNumber());
      return CalendarWindows.months(months.getNumber())
          .withTimeZone(months.getTimeZone())
          .withStartingMonth(start.getYear(), start.getMonthOfYear())
          .beginningOnDay(months.getDayOfMonth());
    }
    if (windows instanceof CalendarWindows.YearsWindows years) {
      int count = (years.getStartDate().getYear() - FIRST_YEAR) / years.getNumber();
      return CalendarWindows.years(years.getNumber())
          .withTimeZone(years.getTimeZone())
          .withStartingYear(years.getStartDate().getYear() - count * years.getNumber())
          .beginningOnDay(years.getMonthOfYear(), years.getDayOfMonth());
    }
    throw new IllegalArgumentException(
        "%s cannot divide time into buckets: use FixedWindows or CalendarWindows"
            .formatted(windows.getClass().getName()));
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
    IntervalWindow found = fromLongAgo.assignWindow(Instant.ofEpochMilli(millis));
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
