/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

import java.time.Duration;
import java.util.stream.Collectors;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.joda.time.DateTimeZone;

/** Window functions in words that differ where the windows differ. */
public final class WindowText {
  private WindowText() {}

  /** Of fixed windows without an offset only the length, as {@code PT1M}. */
  public static String of(WindowFn<?, ?> fn) {
    return fn instanceof FixedWindows fixed && fixed.getOffset().getMillis() == 0
        ? Duration.ofMillis(fixed.getSize().getMillis()).toString()
        : withParameters(fn);
  }

  /** Returns the name of the class, and what it shows of itself; of calendars also the zone. */
  public static String withParameters(WindowFn<?, ?> fn) {
    return fn.getClass().getSimpleName()
        + DisplayData.from(fn).items().stream()
            .map(item -> item.getKey() + "=" + text(item))
            .sorted()
            .collect(Collectors.joining(",", "(", ")"))
        + beginning(fn)
        + zone(fn);
  }

  /** Beam shows the year and month of the first window, but not the day. */
  private static String beginning(WindowFn<?, ?> fn) {
    if (fn instanceof CalendarWindows.MonthsWindows months && months.getDayOfMonth() != 1) {
      return " from day " + months.getDayOfMonth();
    }
    return fn instanceof CalendarWindows.YearsWindows years
            && (years.getMonthOfYear() != 1 || years.getDayOfMonth() != 1)
        ? " from month " + years.getMonthOfYear() + ", day " + years.getDayOfMonth()
        : "";
  }

  private static Object text(DisplayData.Item item) {
    return item.getType() == DisplayData.Type.DURATION && item.getValue() instanceof Number millis
        ? Duration.ofMillis(millis.longValue())
        : item.getValue();
  }

  /** Beam shows the first day, but not where it begins. */
  private static String zone(WindowFn<?, ?> fn) {
    DateTimeZone zone =
        fn instanceof CalendarWindows.DaysWindows days
            ? days.getTimeZone()
            : fn instanceof CalendarWindows.MonthsWindows months
                ? months.getTimeZone()
                : fn instanceof CalendarWindows.YearsWindows years
                    ? years.getTimeZone()
                    : DateTimeZone.UTC;
    return zone.equals(DateTimeZone.UTC) ? "" : " in " + zone.getID();
  }
}
