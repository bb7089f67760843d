/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The combined log format as one regular expression and a formatter: slow, and easy to check. */
final class ReferenceParser {
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss xx", Locale.US)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final String QUOTED = "\"((?:[^\"\\\\]|\\\\.)*)\"";
  private static final Pattern LINE =
      Pattern.compile(
          "([^ ]+) [^ ]+ [^ ]+ \\[([^]]{26})] "
              + QUOTED
              + " ([1-5][0-9]{2}) (-|[0-9]{1,15}) "
              + QUOTED
              + " "
              + QUOTED,
          Pattern.DOTALL);

  private ReferenceParser() {}

  static Optional<Request> parse(String line) {
    Matcher fields = LINE.matcher(line);
    if (!fields.matches() || line.chars().anyMatch(Character::isISOControl)) {
      return Optional.empty();
    }
    String[] words = fields.group(3).split(" ", -1);
    if (words.length != 3 || words[0].isEmpty() || words[1].isEmpty() || words[2].isEmpty()) {
      return Optional.empty();
    }
    String bytes = fields.group(5);
    try {
      return Optional.of(
          new Request(
              fields.group(1),
              OffsetDateTime.parse(fields.group(2), TIME).toInstant(),
              words[0],
              words[1],
              Integer.parseInt(fields.group(4)),
              bytes.equals("-") ? 0 : Long.parseLong(bytes),
              fields.group(7)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
