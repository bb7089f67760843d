/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import io.anabranch.api.Epochs;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the epochs' folders: the epoch's start in UTC, such as {@code 2015-05-21T00-00-00Z},
 * with milliseconds only where they are not zero.
 */
public final class EpochNames {
  private static final Pattern NAME = Pattern.compile("(.+T\\d\\d)-(\\d\\d)-(\\d\\d(?:\\.\\d+)?Z)");

  private EpochNames() {}

  /** Returns the name of the folder of an epoch. */
  public static String of(Epochs epochs, long epoch) {
    return epochs.start(epoch).toString().replace(':', '-');
  }

  /** Reads the epoch's number, empty if the name is none of an epoch of this length. */
  public static OptionalLong parse(Epochs epochs, String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    try {
      Instant start =
          Instant.parse(matcher.group(1) + ":" + matcher.group(2) + ":" + matcher.group(3));
      long epoch = epochs.at(start);
      return epochs.start(epoch).equals(start) ? OptionalLong.of(epoch) : OptionalLong.empty();
    } catch (DateTimeException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }
}
