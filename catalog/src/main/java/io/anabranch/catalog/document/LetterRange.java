/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.EpochRange;
import java.util.Optional;

/**
 * Dead letters that a version shares with all others of the same generation.
 *
 * @param generation the number under which they are stored
 * @param epochs the epochs of their records
 */
public record LetterRange(long generation, EpochRange epochs) {
  /** Returns the part within some epochs, empty if there is none. */
  public Optional<LetterRange> within(EpochRange others) {
    long after = Math.max(epochs.after(), others.after());
    long through = Math.min(epochs.through(), others.through());
    return after < through
        ? Optional.of(new LetterRange(generation, new EpochRange(after, through)))
        : Optional.empty();
  }
}
