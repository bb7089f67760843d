/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import io.anabranch.api.KeyText;
import io.anabranch.api.internal.Excerpt;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How the rows of two computations of a view differ.
 *
 * @param rows how many rows were compared, those included that one side lacks
 * @param different how many of them differ, those apart that are in {@code late}
 * @param onlyLive how many rows only the live side has
 * @param onlyOther how many rows only the other side has
 * @param largest the largest relative difference, 0 to 1: {@code |a - b| / max(|a|, |b|)} of
 *     numbers, 1 for a row that one side lacks and for values that are no numbers
 * @param worst the rows that differ most, worst first, {@value #SHOWN} at most
 * @param late how many rows differ that may hold events which came too late for one side, and are
 *     counted by the other
 */
public record RowDifferences(
    long rows,
    long different,
    long onlyLive,
    long onlyOther,
    double largest,
    List<Row> worst,
    long late) {
  /** How many rows that differ are listed. */
  public static final int SHOWN = 10;

  private static final int LONGEST_TEXT = 200;

  /** No rows were compared. */
  public static final RowDifferences NONE = new RowDifferences(0, 0, 0, 0, 0, List.of());

  /** Copies the rows. */
  public RowDifferences {
    worst = List.copyOf(worst);
  }

  /** Differences of which none is put down to late events. */
  public RowDifferences(
      long rows, long different, long onlyLive, long onlyOther, double largest, List<Row> worst) {
    this(rows, different, onlyLive, onlyOther, largest, worst, 0);
  }

  /**
   * A row that differs.
   *
   * @param bucket the start of its bucket
   * @param key its key, in its readable form
   * @param live the live value, as text, empty if there is none
   * @param other the value that is held against it, as text, empty if there is none
   */
  public record Row(Instant bucket, String key, Optional<String> live, Optional<String> other) {

    /** Returns a line for a person, in which long texts are cut. */
    @Override
    public String toString() {
      return KeyText.escaped(
          "%s %s: %s against %s"
              .formatted(
                  bucket,
                  Excerpt.of(key, LONGEST_TEXT),
                  Excerpt.of(live.orElse("nothing"), LONGEST_TEXT),
                  Excerpt.of(other.orElse("nothing"), LONGEST_TEXT)));
    }
  }
}
