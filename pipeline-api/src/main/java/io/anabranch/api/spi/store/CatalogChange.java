/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.row.LiveSlice;
import java.util.List;

/**
 * The next document of a view, and what a store derives from it. The store does not read the
 * document.
 *
 * @param view the view's name
 * @param expected the revision that the document must have now, 0 if there must be none
 * @param document the next document
 * @param transition what changed it, for people
 * @param fences who may write from now on: all fences of the view. A row set that has none is
 *     closed. A fence of another run than before forgets a {@linkplain RunBeat.State#SUSPENDED
 *     suspension} and the position of the run before
 * @param live what readers see from now on: all live slices of the view
 * @param letters the dead letters of the live versions
 */
public record CatalogChange(
    String view,
    long expected,
    String document,
    String transition,
    List<Fence> fences,
    List<LiveSlice> live,
    List<LetterQuery.Scope> letters) {

  /** Copies the lists. */
  public CatalogChange {
    fences = List.copyOf(fences);
    live = List.copyOf(live);
    letters = List.copyOf(letters);
  }
}
