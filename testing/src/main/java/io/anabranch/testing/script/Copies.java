/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * Copies of events at other times, so that many schedules share the runs of one script: as no two
 * copies have a bucket in common, what is said of one does not depend on the others.
 *
 * @param <E> the event
 */
public final class Copies<E> {
  /** After so many years, all dates, leap years and days of the week are as they were. */
  private static final Duration CYCLE = Duration.ofDays(146_097);

  /** Event times lie in the years 1 to 9999. */
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
  private static final List<Integer> CYCLES = List.of(0, 1, -1, -2, -3, -4, 2, 3, 4, 5);

  private final List<TimestampedValue<E>> events;
  private final List<Integer> cycles;

  private Copies(List<TimestampedValue<E>> events, List<Integer> cycles) {
    this.events = events;
    this.cycles = cycles;
  }

  /** Makes one copy, at the times of the events. */
  public static <E> Copies<E> one(List<TimestampedValue<E>> events) {
    return new Copies<>(List.copyOf(events), List.of(0));
  }

  /** Makes about ten: the first at the times of the events, others long before and after. */
  public static <E> Copies<E> many(List<TimestampedValue<E>> events) {
    LongStream times = events.stream().mapToLong(event -> event.getTimestamp().getMillis());
    var range = times.summaryStatistics();
    return new Copies<>(
        List.copyOf(events),
        CYCLES.stream()
            .filter(
                cycle ->
                    cycle == 0
                        || (range.getMin() + cycle * CYCLE.toMillis() >= EARLIEST.toEpochMilli()
                            && range.getMax() + cycle * CYCLE.toMillis() <= LATEST.toEpochMilli()))
            .toList());
  }

  /** Returns how many copies there are. */
  public int count() {
    return cycles.size();
  }

  /** Returns the events once. */
  public List<TimestampedValue<E>> events() {
    return events;
  }

  /** Returns all copies, one after the other. */
  public List<TimestampedValue<E>> all() {
    List<TimestampedValue<E>> all = new ArrayList<>();
    for (int cycle : cycles) {
      org.joda.time.Duration shift = org.joda.time.Duration.millis(cycle * CYCLE.toMillis());
      for (TimestampedValue<E> event : events) {
        all.add(TimestampedValue.of(event.getValue(), event.getTimestamp().plus(shift)));
      }
    }
    return all;
  }

  /** Returns which copy lies near a time. */
  public int at(Instant time) {
    long first = events.get(0).getTimestamp().getMillis();
    int cycle = (int) Math.round((time.toEpochMilli() - first) / (double) CYCLE.toMillis());
    return Math.max(0, cycles.indexOf(cycle));
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
