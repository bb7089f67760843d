/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.util.SerializableUtils;
import org.joda.time.DateTimeConstants;
import org.joda.time.DateTimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketsTest {
  private static final DateTimeZone BERLIN = DateTimeZone.forID("Europe/Berlin");
  private static final org.joda.time.Duration HOUR = org.joda.time.Duration.standardHours(1);

  @Test
  void weeksOfALengthBeginOnThursdays() {
    assertThat(
        at(Buckets.of(Duration.ofDays(7)), "2026-11-29T12:00:00Z"),
        is("2026-11-26T00:00:00Z PT168H"));
  }

  @Test
  void weeksOfACalendarBeginOnTheDayThatIsNamed() {
    Buckets weeks = Buckets.of(CalendarWindows.weeks(1, DateTimeConstants.MONDAY));

    assertThat(at(weeks, "2026-11-29T23:59:59.999Z"), is("2026-11-23T00:00:00Z PT168H"));
    assertThat(at(weeks, "2026-11-30T00:00:00Z"), is("2026-11-30T00:00:00Z PT168H"));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-28T23:00:00Z,2026-03-28T23:00:00Z,PT23H",
    "2026-03-29T21:59:59Z,2026-03-28T23:00:00Z,PT23H",
    "2026-03-29T22:00:00Z,2026-03-29T22:00:00Z,PT24H",
    "2026-10-25T22:59:59Z,2026-10-24T22:00:00Z,PT25H",
    "2026-10-25T23:00:00Z,2026-10-25T23:00:00Z,PT24H"
  })
  void daysOfAZoneAreAsLongAsItsClocksSay(String time, String start, String length) {
    Buckets days = Buckets.of(CalendarWindows.days(1).withTimeZone(BERLIN));

    assertThat(at(days, time), is(start + " " + length));
  }

  @Test
  void monthsHaveTheirLengths() {
    Buckets months = Buckets.of(CalendarWindows.months(1));

    assertThat(at(months, "2024-02-29T12:00:00Z"), is("2024-02-01T00:00:00Z PT696H"));
    assertThat(at(months, "2024-03-01T00:00:00Z"), is("2024-03-01T00:00:00Z PT744H"));
  }

  @Test
  void fixedBucketsMayHaveAnOffset() {
    Buckets days =
        Buckets.of(FixedWindows.of(HOUR.multipliedBy(24)).withOffset(HOUR.multipliedBy(6)));

    assertThat(at(days, "2026-01-02T05:59:59Z"), is("2026-01-01T06:00:00Z PT24H"));
    assertThat(at(days, "2026-01-02T06:00:00Z"), is("2026-01-02T06:00:00Z PT24H"));
    assertThat(at(days, "1969-12-31T05:59:59Z"), is("1969-12-30T06:00:00Z PT24H"));
  }

  @Test
  void calendarsHoldForTimesBeforeTheDayThatTheyAreCountedFrom() {
    Random random = new Random(7);
    for (PartitioningWindowFn<Object, IntervalWindow> windows :
        java.util.List.<PartitioningWindowFn<Object, IntervalWindow>>of(
            CalendarWindows.days(1).withStartingDay(2024, 1, 1),
            CalendarWindows.days(3).withTimeZone(BERLIN).withStartingDay(2024, 1, 1),
            CalendarWindows.weeks(2, DateTimeConstants.MONDAY).withTimeZone(BERLIN),
            CalendarWindows.months(5).withStartingMonth(2024, 7).beginningOnDay(15),
            CalendarWindows.years(3).withStartingYear(2030).beginningOnDay(2, 3))) {
      Buckets buckets = Buckets.of(windows);
      for (int i = 0; i < 2_000; i++) {
        long millis = random.nextLong(-60_000_000_000_000L, 4_000_000_000_000L);
        IntervalWindow bucket = buckets.at(millis);
        String what = buckets + " at " + Instant.ofEpochMilli(millis);
        assertThat(what, bucket.start().getMillis() <= millis, is(true));
        assertThat(what, bucket.end().getMillis() > millis, is(true));
        assertThat(what, buckets.at(bucket.start().getMillis()), is(bucket));
        assertThat(
            what,
            buckets.at(bucket.end().getMillis()).start().getMillis(),
            is(bucket.end().getMillis()));
      }
    }
    assertThat(
        at(Buckets.of(CalendarWindows.days(1).withStartingDay(2024, 1, 1)), "2015-05-17T10:05:03Z"),
        is("2015-05-17T00:00:00Z PT24H"));
  }

  @Test
  void windowsOfOthersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Buckets.of(new OddWindows()));
  }

  private static final class OddWindows extends PartitioningWindowFn<Object, IntervalWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public IntervalWindow assignWindow(org.joda.time.Instant time) {
      return new IntervalWindow(time, HOUR);
    }

    @Override
    @SuppressWarnings("deprecation") // Beam calls it still
    public boolean isCompatible(WindowFn<?, ?> other) {
      return false;
    }

    @Override
    public org.apache.beam.sdk.coders.Coder<IntervalWindow> windowCoder() {
      return IntervalWindow.getCoder();
    }
  }

  /** What the reader relies on: it knows the beginning of a bucket only. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void bucketIsThatOfItsBeginningAndAsBeamSays(long seed) {
    Random random = new Random(seed);
    for (PartitioningWindowFn<Object, IntervalWindow> windows :
        java.util.List.<PartitioningWindowFn<Object, IntervalWindow>>of(
            FixedWindows.of(HOUR),
            FixedWindows.of(HOUR.multipliedBy(24)).withOffset(HOUR.multipliedBy(5)),
            CalendarWindows.days(1).withTimeZone(BERLIN),
            CalendarWindows.weeks(1, DateTimeConstants.SUNDAY).withTimeZone(BERLIN),
            CalendarWindows.months(3).withTimeZone(BERLIN),
            CalendarWindows.years(1))) {
      Buckets buckets = Buckets.of(windows);
      for (int i = 0; i < 2_000; i++) {
        long millis = random.nextLong(0, 4_000_000_000_000L);
        IntervalWindow bucket = buckets.at(millis);
        String what = "seed " + seed + ", " + buckets + " at " + Instant.ofEpochMilli(millis);
        assertThat(
            what, bucket, is(windows.assignWindow(org.joda.time.Instant.ofEpochMilli(millis))));
        assertThat(what, bucket.start().getMillis() <= millis, is(true));
        assertThat(what, bucket.end().getMillis() > millis, is(true));
        assertThat(what, buckets.at(bucket.start().getMillis()), is(bucket));
      }
    }
  }

  @Test
  void equalIfTheyDivideAlike() {
    Buckets berlin = Buckets.of(CalendarWindows.days(1).withTimeZone(BERLIN));

    assertThat(SerializableUtils.clone(berlin), is(berlin));
    assertThat(berlin, is(not(Buckets.of(CalendarWindows.days(1)))));
    assertThat(berlin, is(not(Buckets.of(CalendarWindows.days(2).withTimeZone(BERLIN)))));
    assertThat(
        Buckets.of(CalendarWindows.weeks(1, DateTimeConstants.MONDAY)),
        is(not(Buckets.of(CalendarWindows.weeks(1, DateTimeConstants.SUNDAY)))));
    assertThat(
        Buckets.of(CalendarWindows.months(1)),
        is(not(Buckets.of(CalendarWindows.months(1).beginningOnDay(15)))));
    assertThat(
        Buckets.of(CalendarWindows.years(1)),
        is(not(Buckets.of(CalendarWindows.years(1).beginningOnDay(2, 1)))));
    assertThat(Buckets.of(Duration.ofMinutes(1)).toString(), is("PT1M"));
    assertThat(Buckets.of(FixedWindows.of(HOUR)), is(Buckets.of(Duration.ofHours(1))));
    assertThat(
        Buckets.of(FixedWindows.of(HOUR).withOffset(org.joda.time.Duration.millis(1))),
        is(not(Buckets.of(Duration.ofHours(1)))));
  }

  private static String at(Buckets buckets, String time) {
    IntervalWindow bucket = buckets.at(Instant.parse(time).toEpochMilli());
    return Instant.ofEpochMilli(bucket.start().getMillis())
        + " "
        + Duration.ofMillis(bucket.end().getMillis() - bucket.start().getMillis());
  }
}
