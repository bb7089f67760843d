/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Finds the key of a line by a regular expression. */
public final class LineKey {
  private final Pattern pattern;

  private LineKey(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * Reads an expression of Java's {@link Pattern}.
   *
   * @throws IllegalArgumentException if it is none, or has several groups
   */
  public static LineKey of(String expression) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "\"%s\" is no regular expression: %s".formatted(expression, e.getDescription()), e);
    }
    int groups = pattern.matcher("").groupCount();
    if (groups > 1) {
      throw new IllegalArgumentException(
          "\"%s\" has %d groups: mark the key by one, and others by (?:...)"
              .formatted(expression, groups));
    }
    return new LineKey(pattern);
  }

  /**
   * Returns what the first match holds in its group, or all of it if there is no group; nothing if
   * the line, in UTF-8, has no match.
   */
  public Optional<byte[]> in(byte[] line) {
    Matcher matcher = pattern.matcher(new String(line, UTF_8));
    return matcher.find()
        ? Optional.ofNullable(matcher.group(matcher.groupCount())).map(key -> key.getBytes(UTF_8))
        : Optional.empty();
  }
}
