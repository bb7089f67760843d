/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import io.anabranch.api.EpochRange;
import java.io.Serializable;

/**
 * A range of epochs of a row set.
 *
 * @param rows the number of the row set
 * @param epochs the range; the end is {@link Long#MAX_VALUE} for one that follows the log
 */
public record SliceRange(long rows, EpochRange epochs) implements Serializable {

  @Override
  public String toString() {
    return rows + " " + epochs;
  }
}
