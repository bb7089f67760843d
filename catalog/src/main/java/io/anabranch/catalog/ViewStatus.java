/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All there is to report of a view.
 *
 * @param state the view
 * @param rows the number of rows of each slice
 * @param reconciliation what the last comparison of batch with the rows before it found
 * @param late the number of events that came too late or too early for the view, and that its live
 *     versions do not count
 */
public record ViewStatus(
    ViewState state,
    Map<SliceRange, Long> rows,
    Optional<Reconciliation> reconciliation,
    long late) {

  /** Copies the map. */
  public ViewStatus {
    rows = Map.copyOf(rows);
  }

  /** Returns the status of each view that has a live version or a candidate, ordered by name. */
  public static List<ViewStatus> all(ViewStore store) {
    List<ViewStatus> all = new ArrayList<>();
    try (Snapshot snapshot = store.catalog().snapshot()) {
      CatalogState state = snapshot.catalog(List.of());
      for (ViewCatalog view : Catalog.parsed(state.entries().keySet(), state).values()) {
        if (view.described().isPresent()) {
          all.add(of(store, snapshot, ViewState.of(view, state)));
        }
      }
    }
    return all;
  }

  private static ViewStatus of(ViewStore store, Snapshot snapshot, ViewState state) {
    return new ViewStatus(
        state,
        rows(snapshot, state.catalog()),
        store.reports().last(state.view()),
        new DeadLetters(store).countLate(state.catalog()));
  }

  private static Map<SliceRange, Long> rows(Snapshot snapshot, ViewCatalog view) {
    Map<SliceRange, Long> rows = new HashMap<>();
    for (Version version : view.versions()) {
      for (Slice slice : version.slices()) {
        rows.put(
            slice.range(),
            slice
                .stats()
                .map(SliceStats::count)
                .orElseGet(() -> snapshot.stats(slice.range()).count()));
      }
    }
    return rows;
  }

  /** Returns the number of rows of a slice. */
  public long rows(Slice slice) {
    return rows.get(slice.range());
  }
}
