/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.store.DeadLetterStore;
import io.anabranch.api.spi.store.OpenSlice;
import java.io.Serializable;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * On how many events steps of views may throw in a run. They are counted where all workers of the
 * run write them.
 *
 * @param scopes where the dead letters of the run are, as a view and a generation each
 * @param before how many there were before the run
 * @param most how many more there may be
 */
public record FailedEventLimit(TreeSet<Place> scopes, long before, int most)
    implements Serializable {
  /** No limit. */
  static final FailedEventLimit NONE = new FailedEventLimit(new TreeSet<>(), 0, Integer.MAX_VALUE);

  /** Where dead letters of a view are: of epochs after one, as others are read for windows only. */
  public record Place(String view, long generation, long after)
      implements Serializable, Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int byView = view.compareTo(other.view);
      return byView != 0 ? byView : Long.compare(generation, other.generation);
    }
  }

  /** Returns that of a run that begins now, and fills some slices. */
  public static FailedEventLimit of(DeadLetterStore store, Collection<OpenSlice> slices, int most) {
    TreeSet<Place> scopes = new TreeSet<>();
    slices.forEach(slice -> scopes.add(new Place(slice.view(), slice.generation(), slice.after())));
    return new FailedEventLimit(scopes, count(store, scopes), most);
  }

  /**
   * Checks it after a dead letter was written.
   *
   * @throws UserException if there are too many
   */
  void check(DeadLetterStore store, DeadLetter last) {
    if (count(store, scopes) - before > most) {
      throw new UserException(
          "steps of views threw on more than %,d events, which \"errors.most\" allows; the last one is record %s, view \"%s\", %s"
              .formatted(most, last.place(), last.view().orElseThrow(), last.error()));
    }
  }

  private static long count(DeadLetterStore store, TreeSet<Place> scopes) {
    return store.count(
        new LetterQuery(
            scopes.stream()
                .map(
                    place ->
                        new LetterQuery.Scope(
                            place.view,
                            place.generation,
                            new EpochRange(place.after, Long.MAX_VALUE)))
                .toList(),
            Set.of(DeadLetter.Kind.FAILED),
            Integer.MAX_VALUE));
  }
}
