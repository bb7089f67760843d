/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static io.anabranch.api.Epochs.NONE;
import static java.util.stream.Collectors.toSet;

import io.anabranch.api.Architecture;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.Slices;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A view at one moment: what is true of it, and how far its runs are.
 *
 * @param catalog what is true of it
 * @param revision the revision of the catalog, 0 if nothing of the view was ever computed
 * @param progress the last complete epoch by the numbers of row sets, without row sets of which no
 *     epoch was completed
 * @param readings how far runs have read the log, by the numbers of row sets
 */
public record ViewState(
    ViewCatalog catalog,
    long revision,
    Map<Long, Long> progress,
    Map<Long, ReadProgress> readings) {

  /** Copies the maps. */
  public ViewState {
    progress = Map.copyOf(progress);
    readings = Map.copyOf(readings);
  }

  /** Reads the state of a view out of that of a store. */
  static ViewState of(ViewCatalog catalog, CatalogState state) {
    CatalogState.Entry entry = state.entries().get(catalog.view());
    Set<Long> rowSets =
        catalog.versions().stream()
            .flatMap(version -> version.slices().stream())
            .map(Slice::rows)
            .collect(toSet());
    Map<Long, Long> progress = new HashMap<>(state.progress());
    progress.keySet().retainAll(rowSets);
    Map<Long, ReadProgress> readings = new HashMap<>(state.readings());
    readings.keySet().retainAll(rowSets);
    return new ViewState(catalog, entry == null ? 0 : entry.revision(), progress, readings);
  }

  /** Returns the view's name. */
  public String view() {
    return catalog.view();
  }

  /** Returns the architecture of the live versions. */
  public Architecture architecture() {
    return catalog.architecture();
  }

  /**
   * Returns the definition and the log of the live versions, else of the candidate.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  public ViewRef ref() {
    return catalog.described().orElseThrow().view();
  }

  /**
   * Returns the definition of the live versions, else of the candidate.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  public Fingerprint fingerprint() {
    return ref().fingerprint();
  }

  /** Returns the number of the batch version of Lambda, or of the live version of Kappa. */
  public OptionalLong base() {
    return Slices.id(catalog.base());
  }

  /** Returns the number of the speed version of Lambda. */
  public OptionalLong speed() {
    return Slices.id(catalog.speed());
  }

  /** Returns the number of the version to roll back to, which only Kappa has. */
  public OptionalLong previous() {
    return catalog.pointer().previous();
  }

  /** Returns the number of the version that a replay computes, which only Kappa has. */
  public OptionalLong candidate() {
    return catalog.pointer().candidate();
  }

  /**
   * Returns the last epoch of the batch version of Lambda, {@link io.anabranch.api.Epochs#NONE} if
   * there is none.
   */
  public long batchThrough() {
    return catalog.batchThrough();
  }

  /**
   * Returns the last epoch of the batch run that began the live version, which read the log from
   * its beginning; {@link io.anabranch.api.Epochs#NONE} if no batch run did.
   */
  public long wholeThrough() {
    return catalog.base().map(Version::wholeThrough).orElse(OptionalLong.empty()).orElse(NONE);
  }

  /**
   * Returns the last epoch that is complete in the live version that follows the log, {@link
   * io.anabranch.api.Epochs#NONE} if none is.
   */
  public long completeThrough() {
    return catalog.speed().or(catalog::base).map(this::completeThrough).orElse(NONE);
  }

  /**
   * Returns the last epoch that is complete in a version, {@link io.anabranch.api.Epochs#NONE} if
   * none is.
   */
  public long completeThrough(Version version) {
    return version
        .shown()
        .mapToLong(slice -> completeThrough(slice).orElse(NONE))
        .max()
        .orElse(NONE);
  }

  /** Returns the last epoch that is complete in a slice, empty if none is or a run fills it. */
  public OptionalLong completeThrough(Slice slice) {
    if (!slice.follows()) {
      return slice.isShown() ? OptionalLong.of(slice.through()) : OptionalLong.empty();
    }
    Long through = progress.get(slice.rows());
    return through == null ? OptionalLong.empty() : OptionalLong.of(through);
  }

  /** Returns how far runs have read the log for a version. */
  public List<ReadProgress> readings(Version version) {
    return version.slices().stream().flatMap(slice -> reading(slice).stream()).toList();
  }

  /**
   * Returns how far the run that follows the log for a version has read, empty if none has begun:
   * what it read before is in no order, or of another version.
   */
  public Optional<ReadProgress> following(Version version) {
    return version.slices().stream().filter(Slice::follows).findFirst().flatMap(this::reading);
  }

  /**
   * Returns how far the run of a slice has read. A closed part of a row set that another slice
   * follows the log with has no reading of its own.
   */
  private Optional<ReadProgress> reading(Slice slice) {
    boolean followedElsewhere =
        !slice.follows()
            && catalog.versions().stream()
                .flatMap(version -> version.slices().stream())
                .anyMatch(other -> other.follows() && other.rows() == slice.rows());
    return followedElsewhere ? Optional.empty() : Optional.ofNullable(readings.get(slice.rows()));
  }
}
