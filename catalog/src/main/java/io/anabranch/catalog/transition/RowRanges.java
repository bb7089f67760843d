/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.SliceRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Arithmetic of ranges of row sets. */
final class RowRanges {
  private RowRanges() {}

  /** Returns the parts of a range that none of some others covers. */
  static List<SliceRange> minus(SliceRange range, Collection<SliceRange> others) {
    List<SliceRange> left = List.of(range);
    for (SliceRange other : others) {
      if (other.rows() == range.rows()) {
        left = left.stream().flatMap(part -> cut(part, other).stream()).toList();
      }
    }
    return left;
  }

  private static List<SliceRange> cut(SliceRange part, SliceRange other) {
    List<SliceRange> left = new ArrayList<>();
    long from = part.epochs().after();
    long to = part.epochs().through();
    long cutFrom = Math.min(to, Math.max(from, other.epochs().after()));
    long cutTo = Math.max(from, Math.min(to, other.epochs().through()));
    if (cutFrom >= cutTo) {
      return List.of(part);
    }
    if (from < cutFrom) {
      left.add(new SliceRange(part.rows(), new EpochRange(from, cutFrom)));
    }
    if (cutTo < to) {
      left.add(new SliceRange(part.rows(), new EpochRange(cutTo, to)));
    }
    return left;
  }
}
