/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

final class CopiesTest {
  private static final List<TimestampedValue<String>> EVENTS =
      List.of(
          TimestampedValue.of("tea", Instant.parse("2024-02-29T10:00:00Z")),
          TimestampedValue.of("cup", Instant.parse("2024-03-01T00:30:00Z")));

  @Test
  void copiesLieOnTheSameDaysOfEarlierYears() {
    Copies<String> copies = Copies.many(EVENTS);

    assertThat(copies.count(), is(10));
    assertThat(copies.all(), hasSize(20));
    assertThat(copies.all().subList(0, 2), is(EVENTS));
    ZonedDateTime first = time(copies.all().get(0));
    for (int copy = 0; copy < copies.count(); copy++) {
      ZonedDateTime time = time(copies.all().get(copies.place(copy, 0)));
      assertThat(time.toLocalTime(), is(first.toLocalTime()));
      assertThat(time.toString(), time.getDayOfWeek(), is(first.getDayOfWeek()));
      assertThat(time.toString(), time.getDayOfMonth(), is(29));
      assertThat(copies.at(time.toInstant()), is(copy));
    }
  }

  @Test
  void thereAreFewerCopiesNearTheBeginningOfTime() {
    List<TimestampedValue<String>> early =
        List.of(TimestampedValue.of("tea", Instant.parse("0401-06-01T00:00:00Z")));

    assertThat(Copies.many(early).count(), is(4)); // of 401, 373, 345, and 1
    assertThat(Copies.one(early).count(), is(1));
  }

  @Test
  void eventsOfManyYearsHaveCopiesInOtherCenturiesOnly() {
    List<TimestampedValue<String>> wide =
        List.of(
            TimestampedValue.of("tea", Instant.parse("1990-03-01T00:00:00Z")),
            TimestampedValue.of("cup", Instant.parse("2026-03-01T00:00:00Z")));

    Copies<String> copies = Copies.many(wide);

    assertThat(copies.count(), is(5)); // of 1990 to 2026, ..., and 390 to 426
    for (int copy = 0; copy < copies.count(); copy++) {
      assertThat(copies.at(time(copies.all().get(copies.place(copy, 0))).toInstant()), is(copy));
      assertThat(copies.at(time(copies.all().get(copies.place(copy, 1))).toInstant()), is(copy));
    }
  }

  @Test
  void scriptOverAllCopiesIsCutDownToOne() {
    Copies<String> copies = Copies.many(EVENTS);
    EventScript<String> script = Schedules.random(copies, java.util.Optional.empty(), 2, 5);

    EventScript<String> third = copies.only(script, 3);

    assertThat(third.events(), is(EVENTS));
    assertThat(third.arrivals(), hasSize(2));
  }

  private static ZonedDateTime time(TimestampedValue<String> event) {
    return java.time.Instant.ofEpochMilli(event.getTimestamp().getMillis()).atZone(ZoneOffset.UTC);
  }
}
