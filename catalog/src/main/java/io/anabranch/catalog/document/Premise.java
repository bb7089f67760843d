/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.spi.row.SliceRange;
import java.util.List;
import java.util.OptionalLong;

/** What must still hold when a slice is published, as it held when the slice was opened. */
public sealed interface Premise {
  /**
   * No other batch run published meanwhile.
   *
   * @param batch the batch version, empty if there was none
   * @param line the last epoch that it reached, {@link io.anabranch.api.Epochs#NONE} for none
   * @param generation the number under which the dead letters of the slice are stored, which the
   *     version takes over with the slice
   */
  record Batch(OptionalLong batch, long line, long generation) implements Premise {}

  /**
   * The slices to replace are still live.
   *
   * @param sources neighbouring slices, oldest first
   */
  record Sources(List<SliceRange> sources) implements Premise {
    /** Copies the list. */
    public Sources {
      sources = List.copyOf(sources);
    }
  }
}
