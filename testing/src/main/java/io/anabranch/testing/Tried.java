/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.testing.trial.Outcome;
import java.util.Locale;
import java.util.Set;

/** How much was tried. */
final class Tried {
  private int schedules;
  private int runs;
  private int cuts;
  private long rows;

  synchronized void add(int more, Outcome outcome) {
    schedules += more;
    runs += outcome.runs();
    cuts += outcome.cuts();
    rows += outcome.rows();
  }

  synchronized String text(String view, long seed, Set<String> statics) {
    return "view \""
        + view
        + "\" says the same in every architecture: "
        + String.join(", ", count(schedules, "schedule"), count(runs, "run"), count(cuts, "cut"))
        + " and "
        + count(rows, "row")
        + " compared, seed("
        + seed
        + ")"
        + (statics.isEmpty()
            ? ""
            : "; static fields that may change, which workers do not share: "
                + String.join(", ", statics));
  }

  private static String count(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }
}
