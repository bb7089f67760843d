/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.catalog.VersionState;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.version.Lag;
import io.anabranch.wiring.version.VersionComparison;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** How two versions differ, in words. */
public final class Comparing {
  private Comparing() {}

  /** How far a version is behind the one that it takes the place of, empty if it is not. */
  public static String behind(RunContext<?> context, long version, long other) {
    long complete = complete(context, version);
    long epochs = complete == Epochs.NONE ? 0 : complete(context, other) - complete;
    Optional<String> behind =
        epochs > 0
            ? Optional.of(Plural.of(epochs, "epoch"))
            : Lag.behind(context, version, other).map(lag -> lag.text() + " of the log");
    return behind
        .map(text -> ", " + text + " behind: let it go on, with \"anabranch run\"")
        .orElse("");
  }

  private static long complete(RunContext<?> context, long version) {
    return context
        .catalog()
        .version(version)
        .map(VersionState::completeThrough)
        .orElse(Epochs.NONE);
  }

  /** Prints a comparison of two versions. */
  public static void print(PrintWriter out, VersionComparison comparison, Epochs epochs) {
    String versions =
        String.format(
            "%s: version %d against version %d",
            comparison.view(), comparison.live(), comparison.other());
    if (comparison.skipped().isPresent()) {
      out.printf("%s: not compared, as %s%n", versions, comparison.skipped().get());
      comparison.changes().forEach(change -> out.printf("  %s%n", change));
      return;
    }
    RowDifferences result = comparison.result();
    out.printf(
        "%s, through %s: %,d rows, %,d equal, %,d different%s%n",
        versions,
        epochs.end(comparison.through()),
        result.rows(),
        result.rows() - result.different(),
        result.different(),
        result.different() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                " (%,d only in version %d, %,d only in version %d; largest relative difference %.3g)",
                result.onlyLive(),
                comparison.live(),
                result.onlyOther(),
                comparison.other(),
                result.largest()));
    comparison.changes().forEach(change -> out.printf("  %s%n", change));
    result.worst().forEach(row -> out.printf("  %s%n", row));
  }
}
