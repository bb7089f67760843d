/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.Premise;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The dead letters of versions. */
public final class DeadLetters {
  private final ViewStore store;

  /** Opens those of a store. */
  public DeadLetters(ViewStore store) {
    this.store = store;
  }

  /** Returns where the dead letters are of the records that readers see in live versions. */
  static List<LetterQuery.Scope> live(ViewCatalog view) {
    return view.live().stream()
        .flatMap(version -> scopes(version, version.shown().toList()).stream())
        .toList();
  }

  /** Returns where the dead letters of a version are, those of slices that are filled included. */
  private static List<LetterQuery.Scope> all(Version version) {
    List<LetterQuery.Scope> all = new ArrayList<>(scopes(version, version.slices()));
    for (Slice slice : version.slices()) {
      if (slice.premise().orElse(null) instanceof Premise.Batch batch) {
        all.add(new LetterQuery.Scope(version.view().name(), batch.generation(), slice.epochs()));
      }
    }
    return all.stream().distinct().toList();
  }

  private static List<LetterQuery.Scope> scopes(Version version, List<Slice> slices) {
    if (slices.isEmpty()) {
      return List.of();
    }
    long after = slices.stream().mapToLong(Slice::after).min().orElseThrow();
    long through = slices.stream().mapToLong(Slice::through).max().orElseThrow();
    return version.letters(new EpochRange(after, through)).stream()
        .map(
            range ->
                new LetterQuery.Scope(version.view().name(), range.generation(), range.epochs()))
        .toList();
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

  /** Counts what went wrong, for the live versions. */
  public long faults() {
    return count(DeadLetter.Kind.FAULTS, List.of());
  }

  /** Reads all dead letters of the live versions that say what went wrong, in constant memory. */
  public void forEachFault(Consumer<DeadLetter> letters) {
    store
        .deadLetters()
        .read(
            new LetterQuery(scopes(List.of()), DeadLetter.Kind.FAULTS, Integer.MAX_VALUE), letters);
  }

  /**
   * Says of dead letters that they never will be taken: from now on, and in versions to come,
   * answers do not count them.
   */
  public void discard(Collection<DeadLetter> letters) {
    store.deadLetters().discard(letters);
  }

  private List<LetterQuery.Scope> scopes(Collection<Long> versions) {
    return new Catalog(store.catalog())
        .loadAll().values().stream()
            .flatMap(
                view ->
                    versions.isEmpty()
                        ? live(view).stream()
                        : view.versions().stream()
                            .filter(version -> versions.contains(version.id()))
                            .flatMap(version -> all(version).stream()))
            .distinct()
            .toList();
  }

  /** Counts the events that came too late or too early for a live view. */
  long countLate(ViewCatalog view) {
    return store.deadLetters().count(late(view));
  }

  /** Returns the times of the events that came too late or too early for a live view, in order. */
  public List<Instant> lateTimes(ViewCatalog view) {
    List<Instant> times = new ArrayList<>();
    store.deadLetters().read(late(view), letter -> times.add(letter.eventTime().orElseThrow()));
    times.sort(null);
    return times;
  }

  private static LetterQuery late(ViewCatalog view) {
    return new LetterQuery(live(view), DeadLetter.Kind.LATE_OR_EARLY, Integer.MAX_VALUE);
  }
}
