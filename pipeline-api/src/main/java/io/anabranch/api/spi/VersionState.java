/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Fingerprint;
import java.util.List;

/**
 * A version at some moment.
 *
 * @param view the view's name
 * @param fingerprint its definition
 * @param log the identity of its log
 * @param retired whether nothing may be written to it any more
 * @param completeThrough the last epoch known to be complete in it, {@link
 *     io.anabranch.api.Epochs#NONE} if none is
 * @param slices the epochs of each of its slices that readers may see, oldest first; the end is
 *     {@link Long#MAX_VALUE} for one that follows the log
 * @param readings how far runs have read the log for it
 */
public record VersionState(
    String view,
    Fingerprint fingerprint,
    String log,
    boolean retired,
    long completeThrough,
    List<EpochRange> slices,
    List<Reading> readings) {

  /** Copies the lists. */
  public VersionState {
    slices = List.copyOf(slices);
    readings = List.copyOf(readings);
  }
}
