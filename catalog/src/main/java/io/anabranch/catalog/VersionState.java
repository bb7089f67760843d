/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.EpochRange;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A version at one moment.
 *
 * @param state its view
 * @param version the version
 */
public record VersionState(ViewState state, Version version) {

  /** Returns the name of its view. */
  public String view() {
    return state.view();
  }

  /** Returns its definition. */
  public Fingerprint fingerprint() {
    return version.view().fingerprint();
  }

  /** Returns whether nobody may write to it any more. */
  public boolean isRetired() {
    return version.retired().isPresent();
  }

  /**
   * Returns the last epoch that is complete in it, {@link io.anabranch.api.Epochs#NONE} if none is.
   */
  public long completeThrough() {
    return state.completeThrough(version);
  }

  /** Returns the epochs of each slice that readers may see, oldest first. */
  public List<EpochRange> epochs() {
    return version
        .shown()
        .map(Slice::epochs)
        .sorted(Comparator.comparingLong(EpochRange::after))
        .toList();
  }

  /** Returns how far runs have read the log for it. */
  public List<ReadProgress> readings() {
    return state.readings(version);
  }

  /** Returns how far the run that follows the log for it has read, empty if none has begun. */
  public Optional<ReadProgress> following() {
    return state.following(version);
  }
}
