/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.time.Instant;
import java.time.LocalDate;

/**
 * The time of an access log, {@code 17/May/2015:10:05:03 +0000}: always 26 characters, read in
 * place. A {@code DateTimeFormatter} takes many times as long.
 */
final class LogTime {
  static final int LENGTH = 26;
  static final String EXPECTED = "the time is not like [17/May/2015:10:05:03 +0000]";

  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
  private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  private static final int LONGEST_OFFSET = 18 * 3600;

  private LogTime() {}

  /**
   * Reads the time that begins at {@code start}; there must be 26 characters.
   *
   * @throws IllegalArgumentException if it is not a time of this form, or no such day or time of
   *     day exists; offsets from UTC go up to 18 hours
   */
  static Instant parse(String text, int start) {
    check(text.charAt(start + 2) == '/' && text.charAt(start + 6) == '/');
    check(text.charAt(start + 11) == ':' && text.charAt(start + 14) == ':');
    check(text.charAt(start + 17) == ':' && text.charAt(start + 20) == ' ');
    int year = 100 * number(text, start + 7, 99) + number(text, start + 9, 99);
    int month = month(text, start + 3);
    int day = number(text, start, days(year, month));
    check(day > 0);
    int seconds =
        3600 * number(text, start + 12, 23)
            + 60 * number(text, start + 15, 59)
            + number(text, start + 18, 59);
    int offset = 3600 * number(text, start + 22, 18) + 60 * number(text, start + 24, 59);
    check(offset <= LONGEST_OFFSET);
    char sign = text.charAt(start + 21);
    check(sign == '+' || sign == '-');
    long local = 86_400 * LocalDate.of(year, month, day).toEpochDay() + seconds;
    return Instant.ofEpochSecond(sign == '+' ? local - offset : local + offset);
  }

  /** Reads two digits. */
  private static int number(String text, int at, int most) {
    int tens = text.charAt(at) - '0';
    int ones = text.charAt(at + 1) - '0';
    check(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9);
    int number = 10 * tens + ones;
    check(number <= most);
    return number;
  }

  private static int month(String text, int at) {
    for (int month = 1; month <= 12; month++) {
      if (text.regionMatches(at, MONTHS, 3 * month - 3, 3)) {
        return month;
      }
    }
    throw CombinedLogParser.invalid(EXPECTED);
  }

  private static int days(int year, int month) {
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : DAYS[month - 1];
  }

  private static void check(boolean holds) {
    if (!holds) {
      throw CombinedLogParser.invalid(EXPECTED);
    }
  }
}
