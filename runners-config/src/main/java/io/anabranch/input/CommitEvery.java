/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import io.anabranch.api.spi.Settings;
import java.time.Duration;
import java.util.List;

/**
 * When the waiting lines of a stream are appended: once the first of them has waited for so long,
 * or there are so many, whichever is first.
 *
 * @param time how long a line waits at most
 * @param lines how many lines wait at most, or a few more, as they come in blocks
 */
public record CommitEvery(Duration time, long lines) {
  /** Every 5 s or 100,000 lines. */
  public static final CommitEvery DEFAULT = new CommitEvery(Duration.ofSeconds(5), 100_000);

  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofDays(1);

  /**
   * Reads a duration, a number of lines, or one of each. If only one is stated, there is no limit
   * of the other kind; none at all means {@link #DEFAULT}.
   *
   * @throws IllegalArgumentException if a text is neither, or two are of a kind
   */
  public static CommitEvery of(List<String> texts) {
    if (texts.isEmpty()) {
      return DEFAULT;
    }
    List<String> counts = texts.stream().filter(text -> text.matches("\\d+")).toList();
    List<String> times = texts.stream().filter(text -> !text.matches("\\d+")).toList();
    if (counts.size() > 1 || times.size() > 1) {
      throw new IllegalArgumentException(
          "%s states two of a kind; state a time, a number of lines or both"
              .formatted(String.join(",", texts)));
    }
    return new CommitEvery(
        times.isEmpty() ? LONGEST : time(times.get(0)),
        counts.isEmpty() ? Long.MAX_VALUE : count(counts.get(0)));
  }

  private static Duration time(String text) {
    Duration time;
    try {
      time = Settings.parseDuration(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is neither a duration such as 5s nor a number of lines such as 10000",
          e);
    }
    if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not from 10ms to 1d");
    }
    return time;
  }

  private static long count(String text) {
    if (text.length() > 9 || Long.parseLong(text) == 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not from 1 to 999999999 lines");
    }
    return Long.parseLong(text);
  }
}
