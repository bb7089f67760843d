/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The dead letters of versions. */
public final class DeadLetters {
  private final ViewStore store;

  /** Opens those of a store. */
  public DeadLetters(ViewStore store) {
    this.store = store;
  }

  /** Returns where the dead letters of a version are. */
  static Stream<LetterQuery.Scope> scopes(String view, Version version) {
    return version.letters().stream()
        .map(range -> new LetterQuery.Scope(view, range.generation(), range.epochs()));
  }

  /**
   * Reads dead letters in the order of the log.
   *
   * @param versions whose letters, empty for those of the live versions
   * @param limit how many at most
   */
  public List<DeadLetter> read(Set<DeadLetter.Kind> kinds, Collection<Long> versions, int limit) {
    List<DeadLetter> letters = new ArrayList<>();
    store.deadLetters().read(new LetterQuery(scopes(versions), kinds, limit), letters::add);
    return letters;
  }

  /**
   * Counts dead letters.
   *
   * @param versions whose letters, empty for those of the live versions
   */
  public long count(Set<DeadLetter.Kind> kinds, Collection<Long> versions) {
    return store.deadLetters().count(new LetterQuery(scopes(versions), kinds, Integer.MAX_VALUE));
  }

  /** Counts the records that could not be decoded, for the live versions. */
  public long undecodable() {
    return count(DeadLetter.Kind.FAULTS, List.of());
  }

  private List<LetterQuery.Scope> scopes(Collection<Long> versions) {
    return new Catalog(store.catalog())
        .loadAll().values().stream()
            .flatMap(
                view ->
                    (versions.isEmpty() ? view.live() : view.versions())
                        .stream()
                            .filter(
                                version -> versions.isEmpty() || versions.contains(version.id()))
                            .flatMap(version -> scopes(view.view(), version)))
            .distinct()
            .toList();
  }

  /** Returns the times of the events that came too late or too early for a live view, in order. */
  public List<Instant> lateTimes(ViewCatalog view) {
    List<Instant> times = new ArrayList<>();
    readLate(view, letter -> times.add(letter.eventTime().orElseThrow()));
    times.sort(null);
    return times;
  }

  void readLate(ViewCatalog view, Consumer<DeadLetter> letters) {
    if (view.isLive()) {
      LetterQuery query =
          new LetterQuery(
              scopes(view.view(), view.live().get(0)).toList(),
              DeadLetter.Kind.LATE_OR_EARLY,
              Integer.MAX_VALUE);
      store.deadLetters().read(query, letters);
    }
  }
}
