/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One append: a file of lines that never changes once it has its name.
 *
 * @param epoch the epoch whose folder it lies in, that of {@code appendMillis}
 * @param sequence its place in the order of all appends to the log, 1 for the first
 * @param appendMillis its ingestion time, in milliseconds since 1970
 * @param stated whether the ingestion time was stated, or else was the time of the append
 */
record Segment(long epoch, long sequence, long appendMillis, boolean stated)
    implements Serializable {
  private static final Pattern NAME =
      Pattern.compile("(\\d{12,18})-(-?\\d{1,18})-(stated|live)\\.log");

  /** Reads a file name, empty if it is none of a segment. */
  static Optional<Segment> parse(long epoch, String fileName) {
    Matcher matcher = NAME.matcher(fileName);
    return matcher.matches()
        ? Optional.of(
            new Segment(
                epoch,
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                matcher.group(3).equals("stated")))
        : Optional.empty();
  }

  String fileName() {
    return String.format(
        Locale.ROOT, "%012d-%d-%s.log", sequence, appendMillis, stated ? "stated" : "live");
  }

  /** Returns the origin of its records. */
  String origin() {
    return "segment-" + sequence;
  }
}
