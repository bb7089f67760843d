/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import io.anabranch.api.EpochRange;
import io.anabranch.catalog.document.ViewRef;
import java.util.OptionalLong;

/**
 * A batch slice to compute.
 *
 * @param view the view
 * @param epochs the epochs whose rows it holds; from the beginning of the log for a new version
 * @param countedInThrough of the first slice of a windowed view: the event time, in milliseconds,
 *     through which it counts in events that did not come in time
 */
public record SlicePlan(ViewRef view, EpochRange epochs, OptionalLong countedInThrough) {

  /** A slice of a combined view, for which every event comes in time. */
  public SlicePlan(ViewRef view, EpochRange epochs) {
    this(view, epochs, OptionalLong.empty());
  }
}
