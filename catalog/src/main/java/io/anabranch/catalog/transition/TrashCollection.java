/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import static java.util.stream.Collectors.toSet;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Trash;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the rows that a transition leaves without a slice. It compares the catalogs before and
 * after, so that no transition can forget any.
 */
public final class TrashCollection {
  private final List<SliceRange> named;
  private final Set<Long> rowSets;
  private final List<Trash> trash;

  private TrashCollection(ViewCatalog after) {
    this.named =
        after.versions().stream()
            .flatMap(version -> version.slices().stream())
            .map(Slice::range)
            .toList();
    this.rowSets = named.stream().map(SliceRange::rows).collect(toSet());
    this.trash = new ArrayList<>(after.trash());
  }

  /**
   * Returns the next catalog, with what the one before names and the next one does not as trash.
   */
  public static ViewCatalog collect(ViewCatalog before, ViewCatalog after, Instant now) {
    TrashCollection collection = new TrashCollection(after);
    for (Version version : before.versions()) {
      for (Slice slice : version.slices()) {
        collection.add(
            slice.range(), slice.isShown() ? version.retired().orElse(now) : Instant.EPOCH);
      }
    }
    return after.withTrash(collection.trash);
  }

  private void add(SliceRange range, Instant since) {
    if (!rowSets.contains(range.rows())) {
      addWhole(new SliceRange(range.rows(), EpochRange.ALL), since);
      return;
    }
    List<SliceRange> known = new ArrayList<>(named);
    trash.forEach(each -> known.add(each.range()));
    RowRanges.minus(range, known).forEach(part -> trash.add(new Trash(part, since)));
  }

  /** Rows may be in several slices; the last that readers saw counts. */
  private void addWhole(SliceRange whole, Instant since) {
    Instant last = since;
    for (Trash each : List.copyOf(trash)) {
      if (each.range().rows() == whole.rows()) {
        last = each.since().isAfter(last) ? each.since() : last;
        trash.remove(each);
      }
    }
    trash.add(new Trash(whole, last));
  }
}
