/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of one connector as the configuration spells them.
 *
 * @param values names to text
 * @param base the folder that relative paths begin in, empty for the working directory
 */
public record Settings(Map<String, String> values, String base) implements Serializable {
  private static final Pattern BYTES = Pattern.compile("(\\d{1,12})(b|kib|mib|gib)");
  private static final List<String> BYTE_UNITS = List.of("B", "KiB", "MiB", "GiB");
  private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

  /** Keeps the order. */
  public Settings {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Makes settings whose relative paths begin in the working directory. */
  public Settings(Map<String, String> values) {
    this(values, "");
  }

  /**
   * Reads a path: a relative one begins in the {@link #base}, and one that begins with {@code ~/}
   * in the home of the user.
   *
   * @throws java.nio.file.InvalidPathException if the system takes no such path
   */
  public Path path(String text) {
    return text.equals("~") || text.startsWith("~/")
        ? Path.of(System.getProperty("user.home") + text.substring(1))
        : Path.of(base).resolve(text);
  }

  /** Shows the names only: values may be secret. */
  @Override
  public String toString() {
    return "Settings" + values.keySet();
  }

  /** Returns a setting, if it is there. */
  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if it is not of the form {@code 500ms}, {@code 1s}, {@code
   *     5m}, {@code 1h}, {@code 7d} or ISO-8601 ({@code PT1H})
   */
  public static Duration parseDuration(String text) {
    Matcher matcher = SHORT_DURATION.matcher(text.trim().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      try {
        return Duration.parse(text.trim());
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is not a duration; write for instance 500ms, 1s, 5m, 1h or 7d", e);
      }
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /**
   * Reads a number of bytes.
   *
   * @throws IllegalArgumentException if it is not of the form {@code 512B}, {@code 64KiB}, {@code
   *     1MiB} or {@code 2GiB}
   */
  public static long parseBytes(String text) {
    Matcher matcher = BYTES.matcher(text.trim().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a number of bytes; write for instance 512B, 64KiB or 1MiB");
    }
    long unit =
        switch (matcher.group(2)) {
          case "b" -> 1;
          case "kib" -> 1L << 10;
          case "mib" -> 1L << 20;
          default -> 1L << 30;
        };
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
  }

  /**
   * Writes a number of bytes as {@link #parseBytes} reads it, in the largest unit that is exact.
   */
  public static String formatBytes(long bytes) {
    int unit = 0;
    long amount = bytes;
    while (unit < BYTE_UNITS.size() - 1 && amount > 0 && amount % 1024 == 0) {
      amount /= 1024;
      unit++;
    }
    return amount + BYTE_UNITS.get(unit);
  }
}
