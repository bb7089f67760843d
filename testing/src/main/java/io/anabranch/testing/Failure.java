/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.testing.internal.trial.Disagreement;
import io.anabranch.testing.script.EventScript;
import java.util.Map;

/**
 * A schedule that failed.
 *
 * @param script the schedule
 * @param disagreement what it showed
 * @param alone what each architecture says of the row when it alone reads all that arrives, in
 *     words; empty if a run failed
 * @param seen whether it failed again when it was tried again
 * @param cause a likely cause, or that none was found
 */
record Failure<E>(
    EventScript<E> script,
    Disagreement disagreement,
    Map<String, String> alone,
    Seen seen,
    String cause) {

  /** How often it failed. */
  enum Seen {
    ONCE("A schedule that failed, but not when it was tried again"),
    AGAIN("The smallest schedule that was found to fail");

    private final String text;

    Seen(String text) {
      this.text = text;
    }
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append("\n  ")
        .append(seen.text)
        .append(":\n    ")
        .append(script.toString().replace("\n", "\n    "))
        .append("\n  After ")
        .append(disagreement.after())
        .append("(), ")
        .append(disagreement.architecture());
    disagreement.row().ifPresent(row -> text.append(", ").append(row));
    text.append(':');
    disagreement
        .said()
        .forEach((who, what) -> text.append("\n    ").append(who).append(": ").append(what));
    if (disagreement.rows() > 1) {
      text.append("\n    and ").append(disagreement.rows() - 1).append(" more rows");
    }
    if (!alone.isEmpty()) {
      text.append("\n  Of all that arrives there, each by itself says:");
      alone.forEach((who, what) -> text.append("\n    ").append(who).append("(): ").append(what));
    }
    return text.append("\n  ").append(cause).toString();
  }
}
