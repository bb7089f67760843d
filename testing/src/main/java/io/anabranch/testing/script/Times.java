/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/** Times as scripts have them, in UTC. */
final class Times {
  private Times() {}

  /**
   * Reads an instant, or a time of the same day.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static Instant parse(String text, Instant day) {
    return text.indexOf('T') < 0
        ? day.atZone(ZoneOffset.UTC).toLocalDate().atTime(timeOfDay(text)).toInstant(ZoneOffset.UTC)
        : instant(text);
  }

  private static LocalTime timeOfDay(String text) {
    try {
      return LocalTime.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no time: write 10:20 or 2026-03-01T10:20:00Z", e);
    }
  }

  /**
   * Reads an instant.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no instant: write 2026-03-01T10:20:00Z", e);
    }
  }
}
