/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.testing.internal.trial.Outcome;
import java.util.Locale;
import java.util.Optional;

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

  /**
   * Returns why nothing was tested, empty if something was.
   *
   * @param script whether it was a given script, which may mean that there is no row
   */
  synchronized Optional<String> nothing(boolean script) {
    if (cuts == 0) {
      return Optional.of(
          "no answer was compared. Close epochs before batch(), and let what dies be followed by a run that lives");
    }
    return rows == 0 && !script
        ? Optional.of("no event contributes anything, so no row was compared. Give events that do")
        : Optional.empty();
  }

  synchronized String text(String view, long seed) {
    return "view \"%s\" says the same in every architecture: %s and %s compared, seed(%s)"
        .formatted(
            view,
            String.join(", ", count(schedules, "schedule"), count(runs, "run"), count(cuts, "cut")),
            count(rows, "row"),
            seed);
  }

  private static String count(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }
}
