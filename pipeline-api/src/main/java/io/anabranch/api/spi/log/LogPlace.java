/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import java.io.Serializable;

/**
 * Where a record lies in the log.
 *
 * @param epoch its epoch
 * @param origin the part of the log: a segment, a partition
 * @param position the position in that part: a byte offset, a log offset
 */
public record LogPlace(long epoch, String origin, long position) implements Serializable {

  @Override
  public String toString() {
    return origin + "@" + position;
  }
}
