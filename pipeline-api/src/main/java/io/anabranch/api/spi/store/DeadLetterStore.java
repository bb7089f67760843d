/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LetterQuery;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Records that were set aside, by generation: versions of one generation share them. */
public interface DeadLetterStore {
  /**
   * Writes dead letters in one transaction. One that is there already, by generation, place and
   * view, stays as it is.
   *
   * @param generations the generation of each view. A letter of one view is written for its
   *     generation, a letter of all views once for each generation
   */
  void write(Map<String, Long> generations, Collection<DeadLetter> letters);

  /**
   * Gives dead letters the kind {@link DeadLetter.Kind#DISCARDED}, in one transaction: in all
   * generations that have them, and in each that will. Of a letter only the place, the view and the
   * kind that it has now count; one that has another kind stays as it is, and so does one that
   * comes late or early.
   */
  void discard(Collection<DeadLetter> letters);

  /** Reads dead letters in the order of the log, in constant memory. */
  void read(LetterQuery query, Consumer<DeadLetter> letters);

  /**
   * Counts dead letters, up to the query's limit. If all are of one generation, the cost does not
   * depend on their number.
   */
  long count(LetterQuery query);

  /**
   * Deletes the dead letters of generations that no document names.
   *
   * @param named returns the generations that documents name. The store lists its generations first
   *     and asks then, so that one that is named meanwhile is not lost
   */
  void dropAllBut(Supplier<Set<Long>> named);
}
