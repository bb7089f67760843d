/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.session;

import io.anabranch.api.spi.Settings;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.cli.print.Rate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.stream.Stream;
import picocli.CommandLine.TypeConversionException;

/** Reads options. */
public final class Converters {
  private Converters() {}

  /** Reads a duration as the configuration file spells it; none is negative. */
  public static Duration duration(String text) {
    Duration duration;
    try {
      duration = Settings.parseDuration(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
    if (duration.isNegative()) {
      throw new TypeConversionException("\"" + text + "\" is negative; it must be 0 or longer");
    }
    return duration;
  }

  /** Reads a rate, such as {@code 500/s}; above 0. */
  public static Rate rate(String text) {
    String number = text.endsWith("/s") ? text.substring(0, text.length() - 2) : text;
    try {
      double rate = Double.parseDouble(number);
      if (rate > 0 && rate < Double.POSITIVE_INFINITY) {
        return new Rate(rate);
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new TypeConversionException(
        "\"" + text + "\" is no rate above 0; write records a second, as 500/s");
  }

  /** Reads what a version may be run as. */
  public static VersionRole role(String text) {
    return Stream.of(VersionRole.LIVE, VersionRole.PREVIOUS, VersionRole.CANDIDATE)
        .filter(role -> role.word().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException("\"" + text + "\" is not live, previous or candidate"));
  }

  /** Reads a time in ISO 8601. */
  public static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "\"" + text + "\" is not a time; write it in UTC, as 2015-05-17T10:00:00Z");
    }
  }
}
