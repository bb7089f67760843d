/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.ViewCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Reads two computations of a view in one moment, key by key, to compare them. */
public final class SideBySide {
  private SideBySide() {}

  /**
   * Reads the live rows of some epochs, and those of a slice that is not live.
   *
   * @return the view that the live rows belong to
   */
  public static ViewState liveAnd(
      OpenSlice slice, EpochRange epochs, ViewStore store, Consumer<SideRow> rows) {
    try (Snapshot snapshot = store.catalog().snapshot()) {
      CatalogState state = snapshot.catalog(List.of(slice.view()));
      ViewState view = Catalog.state(slice.view(), state);
      SliceRange all = new SliceRange(slice.rows(), EpochRange.ALL);
      scan(snapshot, within(view.catalog().liveSlices().stream(), epochs), List.of(all), rows);
      return view;
    }
  }

  /**
   * Reads the rows of two versions of a view through an epoch.
   *
   * @param live the version whose rows are given out as live ones
   * @throws io.anabranch.catalog.document.CatalogException if the view has no such version, or no
   *     longer
   */
  public static void versions(
      String view, long live, long other, long through, ViewStore store, Consumer<SideRow> rows) {
    EpochRange epochs = new EpochRange(NONE, through);
    try (Snapshot snapshot = store.catalog().snapshot()) {
      ViewCatalog catalog = Catalog.state(view, snapshot.catalog(List.of(view))).catalog();
      scan(
          snapshot,
          within(catalog.requireVersion(live).shown(), epochs),
          within(catalog.requireVersion(other).shown(), epochs),
          rows);
    }
  }

  private static void scan(
      Snapshot snapshot, List<SliceRange> live, List<SliceRange> other, Consumer<SideRow> rows) {
    List<SliceRange> ranges = new ArrayList<>(live);
    ranges.addAll(other);
    snapshot.scan(ranges, (row, range) -> rows.accept(side(row, range < live.size())));
  }

  private static List<SliceRange> within(Stream<Slice> slices, EpochRange epochs) {
    List<SliceRange> ranges = new ArrayList<>();
    slices.forEach(
        slice -> {
          long after = Math.max(slice.after(), epochs.after());
          long through = Math.min(slice.through(), epochs.through());
          if (after < through) {
            ranges.add(new SliceRange(slice.rows(), new EpochRange(after, through)));
          }
        });
    return ranges;
  }

  private static SideRow side(StoredRow row, boolean live) {
    return new SideRow(live, row.bucket(), row.length(), row.key(), row.accumulator());
  }
}
