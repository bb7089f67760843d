/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One append: a file of lines that never changes once it has its name. The name holds length and
 * checksum, so that a reader finds out about a file that was cut off, overwritten or exchanged.
 *
 * @param epoch the epoch whose folder it lies in, that of {@code appendMillis}
 * @param sequence its place in the order of all appends to the log, 1 for the first
 * @param appendMillis its ingestion time, in milliseconds since 1970
 * @param stated whether the ingestion time was stated, or else was the time of the append
 * @param bytes the length of the file
 * @param checksum the CRC-32C of the file
 */
public record Segment(
    long epoch, long sequence, long appendMillis, boolean stated, long bytes, int checksum)
    implements Serializable {
  private static final Pattern NAME =
      Pattern.compile("(\\d{12,18})-(-?\\d{1,18})-(stated|live)-(\\d{1,18})-([0-9a-f]{8})\\.log");

  /** Reads a file name, empty if it is none of a segment. */
  public static Optional<Segment> parse(long epoch, String fileName) {
    Matcher matcher = NAME.matcher(fileName);
    return matcher.matches()
        ? Optional.of(
            new Segment(
                epoch,
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                matcher.group(3).equals("stated"),
                Long.parseLong(matcher.group(4)),
                Integer.parseUnsignedInt(matcher.group(5), 16)))
        : Optional.empty();
  }

  /** Returns the name of its file. */
  public String fileName() {
    return String.format(
        Locale.ROOT,
        "%012d-%d-%s-%d-%08x.log",
        sequence,
        appendMillis,
        stated ? "stated" : "live",
        bytes,
        checksum);
  }

  /** Returns the origin of its records. */
  public String origin() {
    return "segment-" + sequence;
  }
}
