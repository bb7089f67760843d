/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.spi.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.TypeConversionException;

/** Reads options. */
final class Converters {
  private Converters() {}

  /** Reads a duration as the configuration file spells it; none is negative. */
  static Duration duration(String text) {
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

  static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "\"" + text + "\" is not a time; write it in UTC, as 2015-05-17T10:00:00Z");
    }
  }
}
