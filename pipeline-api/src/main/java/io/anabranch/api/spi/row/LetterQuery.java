/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import io.anabranch.api.EpochRange;
import java.util.List;
import java.util.Set;

/**
 * Which dead letters to read or count. One that several scopes hold counts once.
 *
 * @param scopes where they are
 * @param kinds their kinds
 * @param limit how many at most
 */
public record LetterQuery(List<Scope> scopes, Set<DeadLetter.Kind> kinds, int limit) {
  /** Copies the collections. */
  public LetterQuery {
    scopes = List.copyOf(scopes);
    kinds = Set.copyOf(kinds);
  }

  /**
   * The dead letters of a view, and those of all views, in a generation.
   *
   * @param view the view's name
   * @param generation the number under which they are stored
   * @param epochs the epochs of their records
   */
  public record Scope(String view, long generation, EpochRange epochs) {}
}
