/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.wiring.version.Lag;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How far reading is, in words. */
public final class Catching {
  private static final double KIB = 1 << 10;
  private static final double MIB = 1 << 20;

  /** Runs report their read progress every second, or once a bundle. */
  private static final Duration SILENT = Duration.ofSeconds(30);

  private Catching() {}

  /**
   * Such as {@code 34.0% of the log read, 8.1 MiB/s, 20 s left}; of what nothing was heard for a
   * while, when that was last.
   */
  public static String text(Lag lag) {
    String share = String.format(Locale.ROOT, "%.1f%% of the log read", 100 * lag.share());
    if (lag.left() == 0) {
      return share;
    }
    if (!isReading(lag)) {
      return share + ", the last of it at " + lag.at().truncatedTo(ChronoUnit.SECONDS);
    }
    return share
        + (lag.perSecond() > 0 ? ", " + rate(lag) : "")
        + lag.timeLeft().map(left -> ", " + duration(left) + " left").orElse("");
  }

  /** Whether it was heard of lately, so that it is likely to go on. */
  public static boolean isReading(Lag lag) {
    return lag.at().isAfter(Instant.now().minus(SILENT));
  }

  private static String rate(Lag lag) {
    double rate = lag.perSecond();
    return switch (lag.unit()) {
      case RECORDS -> String.format(Locale.ROOT, "%,.0f records/s", rate);
      case BYTES ->
          rate >= MIB
              ? String.format(Locale.ROOT, "%.1f MiB/s", rate / MIB)
              : String.format(Locale.ROOT, "%.1f KiB/s", rate / KIB);
    };
  }

  /** Rounded up, in the two largest units. */
  private static String duration(Duration time) {
    long seconds = (time.toMillis() + 999) / 1_000;
    return seconds < 60
        ? seconds + " s"
        : seconds < 3_600
            ? seconds / 60 + " min " + seconds % 60 + " s"
            : seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
  }
}
