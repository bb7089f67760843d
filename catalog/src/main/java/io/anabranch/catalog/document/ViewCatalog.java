/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import static java.util.Comparator.comparingLong;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.transition.BatchTransitions;
import io.anabranch.catalog.transition.StreamTransitions;
import io.anabranch.catalog.transition.VersionTransitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * All that is true of a view: its versions, their slices, and which of them queries read.
 * Immutable; a store keeps it as one document and replaces it as a whole. {@link BatchTransitions},
 * {@link StreamTransitions} and {@link VersionTransitions} make the next one.
 *
 * <p>An answer is the union of the shown slices of the live versions, each within its own epochs.
 *
 * @param view the view's name
 * @param pointer the roles of the versions
 * @param versions all versions, in the order in which they were begun
 * @param trash rows that no slice names any more, and that are still stored
 */
public record ViewCatalog(
    String view, LivePointer pointer, List<Version> versions, List<Trash> trash) {

  /** Copies the lists. */
  public ViewCatalog {
    versions = List.copyOf(versions);
    trash = List.copyOf(trash);
  }

  /** Returns the catalog of a view of which nothing was ever computed. */
  public static ViewCatalog empty(String view) {
    return new ViewCatalog(view, LivePointer.none(), List.of(), List.of());
  }

  /** Finds a version. */
  public Optional<Version> version(long id) {
    return versions.stream().filter(version -> version.id() == id).findFirst();
  }

  /**
   * Returns a version.
   *
   * @throws CatalogException if the view has none of this number, or no longer
   */
  public Version requireVersion(long id) {
    return version(id)
        .orElseThrow(
            () -> CatalogException.of(Code.UNKNOWN_VERSION, view, "there is no version %d", id));
  }

  /** Returns the versions that queries read: in Lambda first batch, then speed. */
  public List<Version> live() {
    return pointer.live().stream().map(id -> version(id).orElseThrow()).toList();
  }

  /** Returns whether queries read anything. */
  public boolean isLive() {
    return !pointer.live().isEmpty();
  }

  /** Returns the slices that queries read, oldest first. They are neighbours. */
  public List<Slice> liveSlices() {
    return live().stream().flatMap(Version::shown).sorted(comparingLong(Slice::after)).toList();
  }

  /** Returns the batch version of Lambda. */
  public Optional<Version> batch() {
    return pointer instanceof LivePointer.Lambda lambda && lambda.batch().isPresent()
        ? version(lambda.batch().getAsLong())
        : Optional.empty();
  }

  /** Returns the speed version of Lambda. */
  public Optional<Version> speed() {
    return pointer instanceof LivePointer.Lambda lambda && lambda.speed().isPresent()
        ? version(lambda.speed().getAsLong())
        : Optional.empty();
  }

  /** Returns the batch version of Lambda, or the live version of Kappa. */
  public Optional<Version> base() {
    return pointer instanceof LivePointer.Kappa ? live().stream().findFirst() : batch();
  }

  /** Returns the version that has the view's definition: a live one, else a candidate. */
  public Optional<Version> described() {
    return live().stream()
        .findFirst()
        .or(() -> pointer.waiting().boxed().findFirst().flatMap(this::version));
  }

  /** Returns the role of a version. */
  public VersionRole role(long version) {
    OptionalLong wanted = OptionalLong.of(version);
    return pointer.live().contains(version)
        ? VersionRole.LIVE
        : pointer.previous().equals(wanted)
            ? VersionRole.PREVIOUS
            : pointer.candidate().equals(wanted) ? VersionRole.CANDIDATE : VersionRole.NONE;
  }

  /** Returns the last epoch of the batch version, {@link Epochs#NONE} if there is none. */
  public long batchThrough() {
    return batch().stream()
        .flatMap(Version::shown)
        .filter(slice -> !slice.follows())
        .mapToLong(Slice::through)
        .max()
        .orElse(Epochs.NONE);
  }

  /** Returns the architecture. */
  public Architecture architecture() {
    return pointer.architecture();
  }

  /** Derives who may write, by the numbers of the row sets. */
  public Map<Long, Fence> fences() {
    Map<Long, Fence> fences = new TreeMap<>();
    for (Version version : versions) {
      for (Slice slice : version.slices()) {
        slice
            .run()
            .ifPresent(
                run -> fences.put(slice.rows(), new Fence(view, slice.rows(), run, slice.after())));
      }
    }
    return fences;
  }

  /** Returns the document with another live pointer. */
  public ViewCatalog pointingTo(LivePointer changed) {
    return new ViewCatalog(view, changed, versions, trash);
  }

  /** Returns the document with other versions. */
  public ViewCatalog withVersions(List<Version> changed) {
    return new ViewCatalog(view, pointer, changed, trash);
  }

  /** Returns the document with other trash. */
  public ViewCatalog withTrash(List<Trash> changed) {
    return new ViewCatalog(view, pointer, versions, changed);
  }

  /** Returns the document with one more version. */
  public ViewCatalog plus(Version version) {
    List<Version> more = new ArrayList<>(versions);
    more.add(version);
    return withVersions(more);
  }

  /** Returns the document with one version changed. */
  public ViewCatalog map(long id, UnaryOperator<Version> change) {
    return withVersions(
        versions.stream()
            .map(version -> version.id() == id ? change.apply(version) : version)
            .toList());
  }
}
