/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochChange.Kind;
import io.anabranch.wiring.version.LogHistory;
import java.util.List;
import java.util.Map;

/** How the log differs from what a view was computed from, for people and for programs. */
public final class LogChanges {
  private LogChanges() {}

  /** Adds one list for each kind; nothing where there is nothing to report. */
  public static void put(Map<String, Object> object, List<EpochChange> changes) {
    put(object, "removedFromLog", LogHistory.of(Kind.REMOVED, changes));
    put(object, "changedInLog", LogHistory.of(Kind.CHANGED, changes));
  }

  private static void put(Map<String, Object> object, String name, List<EpochChange> changes) {
    if (!changes.isEmpty()) {
      object.put(name, changes.stream().map(EpochChange::text).toList());
    }
  }

  /** Returns the end of a sentence, empty if there is nothing to report. */
  public static String clause(List<EpochChange> changes) {
    List<EpochChange> removed = LogHistory.of(Kind.REMOVED, changes);
    List<EpochChange> changed = LogHistory.of(Kind.CHANGED, changes);
    return (removed.isEmpty()
            ? ""
            : "; the log no longer holds %s of the answer: %s"
                .formatted(Plural.of(removed.size(), "epoch"), LogHistory.text(removed)))
        + (changed.isEmpty()
            ? ""
            : "; COMPUTED FROM ANOTHER STATE OF THE LOG: " + LogHistory.text(changed));
  }
}
