/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.stream.IntStream;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * Copies of events at other times, so that many schedules share the runs of one script: as no two
 * copies have a bucket in common, what is said of one does not depend on the others.
 *
 * @param <E> the event
 */
public final class Copies<E> {
  /** After 400 years, all dates, leap years and days of the week are as they were. */
  private static final Duration CENTURIES = Duration.ofDays(146_097);

  /** After 28 years too, while no leap year is left out. */
  private static final Duration YEARS = Duration.ofDays(10_227);

  /** Events that spread over more than this have no copies so near. */
  private static final Duration NEAR = Duration.ofDays(3_650);

  private static final int MOST = 10;
  private static final int MOST_NEAR = 3;

  /** The earliest event time. */
  private static final long EARLIEST = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();

  private final List<TimestampedValue<E>> events;

  /** How much earlier than the events each copy is. */
  private final List<Duration> shifts;

  private Copies(List<TimestampedValue<E>> events, List<Duration> shifts) {
    this.events = events;
    this.shifts = shifts;
  }

  /** Makes one copy, at the times of the events. */
  public static <E> Copies<E> one(List<TimestampedValue<E>> events) {
    return new Copies<>(List.copyOf(events), List.of(Duration.ZERO));
  }

  /**
   * Makes about ten: the first at the times of the events, others long before. (None lies after the
   * events: a transform that takes an event's time from the event may not give out what is earlier
   * than its input, as Beam has it.)
   */
  public static <E> Copies<E> many(List<TimestampedValue<E>> events) {
    LongSummaryStatistics times = times(events);
    int near = times.getMax() - times.getMin() <= NEAR.toMillis() ? MOST_NEAR : 1;
    List<Duration> shifts = new ArrayList<>();
    for (int number = 0; number < MOST; number++) {
      Duration shift =
          CENTURIES.multipliedBy(number / near).plus(YEARS.multipliedBy(number % near));
      if (number == 0 || times.getMin() - shift.toMillis() >= EARLIEST) {
        shifts.add(shift);
      }
    }
    return new Copies<>(List.copyOf(events), shifts);
  }

  private static LongSummaryStatistics times(List<? extends TimestampedValue<?>> events) {
    return events.stream().mapToLong(event -> event.getTimestamp().getMillis()).summaryStatistics();
  }

  /** Returns how many copies there are. */
  public int count() {
    return shifts.size();
  }

  /** Returns the events once. */
  public List<TimestampedValue<E>> events() {
    return events;
  }

  /** Returns all copies, one after the other. */
  public List<TimestampedValue<E>> all() {
    List<TimestampedValue<E>> all = new ArrayList<>();
    for (Duration each : shifts) {
      org.joda.time.Duration shift = org.joda.time.Duration.millis(each.toMillis());
      for (TimestampedValue<E> event : events) {
        all.add(TimestampedValue.of(event.getValue(), event.getTimestamp().minus(shift)));
      }
    }
    return all;
  }

  /** Returns which copy lies near a time. */
  public int at(Instant time) {
    LongSummaryStatistics times = times(events);
    long middle = times.getMin() + (times.getMax() - times.getMin()) / 2;
    return IntStream.range(0, shifts.size())
        .boxed()
        .min(
            Comparator.comparingLong(
                copy -> Math.abs(middle - shifts.get(copy).toMillis() - time.toEpochMilli())))
        .orElseThrow();
  }

  /** Returns the place of an event of a copy among all. */
  int place(int copy, int event) {
    return copy * events.size() + event;
  }

  /** Returns what a script over all copies does with one of them, as a script over the events. */
  public EventScript<E> only(EventScript<E> script, int copy) {
    int first = place(copy, 0);
    List<Step> steps = new ArrayList<>();
    for (Step step : script.steps()) {
      if (step instanceof Step.Append append) {
        List<Integer> own =
            append.events().stream()
                .map(event -> event - first)
                .filter(event -> event >= 0 && event < events.size())
                .toList();
        if (!own.isEmpty()) {
          steps.add(new Step.Append(append.at(), own));
        }
      } else {
        steps.add(step);
      }
    }
    return EventScript.of(script.epochs(), events, steps);
  }
}
