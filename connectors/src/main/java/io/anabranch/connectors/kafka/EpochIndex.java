/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.Epochs;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Which offsets belong to which epoch. Each closing says that all epochs through one are closed,
 * and before which offsets their records lie. The records between two closings are of the first
 * epoch after the earlier one; the other epochs between them are empty.
 *
 * <p>Of closings of one epoch the first counts, and one of an epoch that is closed already does
 * not. So whoever reads the closings in their order gets the same index, whoever wrote them. The
 * first closing of all, the base, says where the log begins. Immutable.
 */
final class EpochIndex implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The index of a topic that nobody has begun to read. */
  static final EpochIndex EMPTY = new EpochIndex(List.of());

  private final ArrayList<Closing> closings;

  /**
   * A closing.
   *
   * @param through the last closed epoch
   * @param ends the offsets behind the records of the closed epochs
   */
  record Closing(long through, Offsets ends) implements Serializable {}

  private EpochIndex(List<Closing> closings) {
    this.closings = new ArrayList<>(closings);
  }

  /** Adds closings in the order in which they were written. */
  EpochIndex plus(List<Closing> written) {
    List<Closing> all = new ArrayList<>(closings);
    for (Closing next : written) {
      if (all.isEmpty()) {
        all.add(next);
        continue;
      }
      Closing last = all.get(all.size() - 1);
      if (next.through() > last.through()) { // another closer may have looked earlier
        all.add(new Closing(next.through(), next.ends().max(last.ends())));
      }
    }
    return all.size() == closings.size() ? this : new EpochIndex(all);
  }

  /** Returns whether nobody has begun it. */
  boolean isEmpty() {
    return closings.isEmpty();
  }

  /** Returns the last closed epoch, {@link Epochs#NONE} if nobody has begun the index. */
  long closedThrough() {
    return isEmpty() ? Epochs.NONE : last().through();
  }

  /** Returns the last closing, which may be the base. */
  Closing last() {
    return closings.get(closings.size() - 1);
  }

  /** Returns the epoch of records behind the last closing. */
  long openEpoch() {
    return last().through() + 1;
  }

  /** Returns the closings, the base first. */
  List<Closing> closings() {
    return Collections.unmodifiableList(closings);
  }

  /**
   * Returns the epoch of a closed offset.
   *
   * @return {@link Epochs#NONE} for one before the base, {@link #openEpoch} for one that is in no
   *     closed epoch
   */
  long epoch(int partition, long offset) {
    int low = 0;
    int high = closings.size();
    while (low < high) { // the first closing that lies behind the offset
      int middle = (low + high) >>> 1;
      if (closings.get(middle).ends().of(partition) > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == 0 ? Epochs.NONE : closings.get(low - 1).through() + 1;
  }

  /** Returns the offsets behind all records of the epochs through a closed one. */
  Offsets ends(long epoch) {
    Offsets ends = closings.get(0).ends();
    for (int i = 1; i < closings.size() && closings.get(i - 1).through() < epoch; i++) {
      ends = closings.get(i).ends();
    }
    return ends;
  }

  /** Returns whether records of a partition may be given out: a closing has named it. */
  boolean names(int partition) {
    return !isEmpty() && partition < last().ends().partitions();
  }
}
