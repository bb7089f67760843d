/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One computation of a view.
 *
 * @param id its number, unique in the store
 * @param kind what computes it
 * @param view its definition, and the log that it is computed from
 * @param created when it was begun
 * @param retired when it was given up; nobody may write to it since
 * @param letters the dead letters of its records; the last range takes new ones. Those of epochs
 *     that none of its slices holds are of no meaning
 * @param wholeThrough the last epoch of the batch run that began it, which read the log from its
 *     beginning; empty if no batch run did
 * @param countedInThrough the event time, in milliseconds since 1970-01-01T00:00Z, through which it
 *     counts late events; empty if it counts none
 * @param slices its slices, in the order in which they were opened
 */
public record Version(
    long id,
    VersionKind kind,
    ViewRef view,
    Instant created,
    Optional<Instant> retired,
    List<LetterRange> letters,
    OptionalLong wholeThrough,
    OptionalLong countedInThrough,
    List<Slice> slices) {

  /** Copies the lists. */
  public Version {
    letters = List.copyOf(letters);
    slices = List.copyOf(slices);
  }

  /** Returns the generation under which its new dead letters are stored, if it takes any. */
  public long generation() {
    return letters.get(letters.size() - 1).generation();
  }

  /** Returns all generations of its dead letters, those of slices that are filled included. */
  public Set<Long> generations() {
    Set<Long> generations = new TreeSet<>();
    letters.forEach(range -> generations.add(range.generation()));
    for (Slice slice : slices) {
      if (slice.premise().orElse(null) instanceof Premise.Batch batch) {
        generations.add(batch.generation());
      }
    }
    return generations;
  }

  /** Returns the slices that readers see if the version is live. */
  public Stream<Slice> shown() {
    return slices.stream().filter(Slice::isShown);
  }

  /** Returns the slice that follows the log. */
  public Optional<Slice> following() {
    return shown().filter(Slice::follows).findFirst();
  }

  /** Returns its dead letters of some epochs. */
  public List<LetterRange> letters(EpochRange of) {
    return letters.stream().flatMap(range -> range.within(of).stream()).toList();
  }

  /** Returns whether it has a generation for the dead letters of all epochs to come. */
  public boolean takesLetters() {
    return !letters.isEmpty()
        && letters.get(letters.size() - 1).epochs().through() == Long.MAX_VALUE;
  }

  /** Returns the version without a generation for dead letters of epochs after one. */
  public Version withoutLettersAfter(long epoch) {
    return withLetters(
        epoch == Epochs.NONE ? List.of() : letters(new EpochRange(Epochs.NONE, epoch)));
  }

  /** Returns the version with a generation for the dead letters of all epochs after one. */
  public Version withLettersAfter(long epoch, long generation) {
    List<LetterRange> changed = new ArrayList<>(withoutLettersAfter(epoch).letters);
    changed.add(new LetterRange(generation, new EpochRange(epoch, Long.MAX_VALUE)));
    return withLetters(changed);
  }

  /** Returns the version with other dead letters. */
  public Version withLetters(List<LetterRange> changed) {
    return new Version(
        id, kind, view, created, retired, changed, wholeThrough, countedInThrough, slices);
  }

  /** Returns the version with other slices. */
  public Version withSlices(List<Slice> changed) {
    return new Version(
        id, kind, view, created, retired, letters, wholeThrough, countedInThrough, changed);
  }

  /** Returns the version with one more slice. */
  public Version plus(Slice slice) {
    List<Slice> more = new ArrayList<>(slices);
    more.add(slice);
    return withSlices(more);
  }

  /** Returns the version with each slice changed. */
  public Version map(UnaryOperator<Slice> change) {
    return withSlices(slices.stream().map(change).toList());
  }

  /** Returns the version as one of another kind. */
  public Version as(VersionKind other) {
    return new Version(
        id, other, view, created, retired, letters, wholeThrough, countedInThrough, slices);
  }

  /** Returns the version with slices that no run owns. */
  public Version withoutOwners() {
    return map(slice -> slice.ownedBy(OptionalLong.empty()));
  }

  /** Returns the version as retired, without slices. */
  public Version retiredAt(Instant now) {
    return new Version(
            id,
            kind,
            view,
            created,
            retired.or(() -> Optional.of(now)),
            letters,
            wholeThrough,
            countedInThrough,
            slices)
        .withoutOwners();
  }
}
