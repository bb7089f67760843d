/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import java.util.List;
import java.util.Map;

/** One document a view, replaced as a whole. The store does not know what is in it. */
public interface CatalogStore {
  /**
   * Replaces documents of several views: all or none. Guarantees:
   *
   * <ul>
   *   <li>It returns false, and changes nothing, if a revision is not the expected one, or if a
   *       progress in {@code basedOn} is no longer the recorded one.
   *   <li>Fences and live slices become visible in the same instant as the documents.
   *   <li>When it returns true, no write of a run that lost its fence is committed later.
   *   <li>It waits for writes under way that hold a changed fence. Writes that begin meanwhile do
   *       not overtake it.
   *   <li>Several commits at once do not deadlock.
   * </ul>
   *
   * @param basedOn the last complete epochs that the change depends on, by row set; {@link
   *     io.anabranch.api.Epochs#NONE} for a row set of which no epoch was completed
   */
  boolean commit(List<CatalogChange> changes, Map<Long, Long> basedOn);

  /**
   * Returns a number that is larger than all of its kind before it, also after a crash. There may
   * be gaps.
   */
  long nextId(IdKind kind);

  /** Returns a view of one moment of all that is stored. It blocks no writer. */
  Snapshot snapshot();
}
