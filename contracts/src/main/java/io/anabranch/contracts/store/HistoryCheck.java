/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.contracts.store.HistoryLog.Cell;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Holds is live against the plain fold. */
final class HistoryCheck {
  private final ViewStore storage;
  private final HistoryLog log;
  private final AtomicLong answers = new AtomicLong();
  private final Map<Long, Long> batchRuns = new ConcurrentHashMap<>();

  HistoryCheck(ViewStore storage, HistoryLog log) {
    this.storage = storage;
    this.log = log;
  }

  long answers() {
    return answers.get();
  }

  void answersEqualTheFold() {
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      CatalogState state = snapshot.catalog(HistoryLog.VIEWS);
      Map<String, ViewCatalog> views = Catalog.parsed(HistoryLog.VIEWS, state);
      Set<String> shapes = new TreeSet<>();
      for (ViewCatalog view : views.values()) {
        shapes.add(shape(view));
        if (view.isLive()) {
          answerEqualsTheFold(snapshot, state, view);
          answers.incrementAndGet();
        }
      }
      if (shapes.size() > 1) {
        throw new AssertionError("the views were not changed together: " + shapes);
      }
    }
  }

  /** Remembers which batch run the rows of a row set are of. */
  void filled(long rows, long run) {
    batchRuns.put(rows, run);
  }

  /** Returns the last batch run of some row sets, 0 if none is. */
  long lastBatchRun(Stream<SliceRange> ranges) {
    return ranges.mapToLong(range -> batchRuns.getOrDefault(range.rows(), 0L)).max().orElse(0);
  }

  /**
   * What the three views have in common, as they are published and promoted together. After a
   * change of the architecture one may have a batch version and another none: that depends on
   * progress.
   */
  private String shape(ViewCatalog view) {
    String promoted =
        view.architecture() == Architecture.KAPPA && view.isLive()
            ? " of generation " + view.live().get(0).generation()
            : "";
    return view.architecture()
        + promoted
        + " by batch run "
        + lastBatchRun(view.liveSlices().stream().map(Slice::range));
  }

  private void answerEqualsTheFold(Snapshot snapshot, CatalogState state, ViewCatalog view) {
    List<Slice> slices = view.liveSlices();
    long line = completeThrough(state, view, slices);
    Map<Cell, Long> complete = new TreeMap<>();
    Map<Cell, Long> open = new TreeMap<>();
    snapshot.scan(
        slices.stream().map(Slice::range).toList(),
        (row, slice) ->
            (row.epoch() <= line ? complete : open)
                .merge(
                    new Cell(row.bucket(), row.keyText()),
                    HistoryLog.value(row.accumulator()),
                    Long::sum));
    requireEqual(view, line, complete, log.fold(view.view(), NONE, line));
    Map<Cell, Long> most = log.fold(view.view(), line, HistoryLog.EPOCHS);
    open.forEach(
        (cell, value) -> {
          if (value > most.getOrDefault(cell, 0L)) {
            throw new AssertionError(view + ": open epochs hold too much at " + cell);
          }
        });
  }

  private static long completeThrough(CatalogState state, ViewCatalog view, List<Slice> slices) {
    long next = NONE;
    long complete = NONE;
    for (Slice slice : slices) {
      if (slice.after() != next) {
        throw new AssertionError(view + ": its slices are no neighbours at epoch " + next);
      }
      next = slice.through();
      complete =
          slice.follows()
              ? Math.max(slice.after(), state.completeThrough(slice.rows()).orElse(NONE))
              : slice.through();
    }
    return complete;
  }

  private static void requireEqual(
      ViewCatalog view, long line, Map<Cell, Long> answer, Map<Cell, Long> fold) {
    if (answer.equals(fold)) {
      return;
    }
    Set<Cell> different = new TreeSet<>(answer.keySet());
    different.addAll(fold.keySet());
    different.removeIf(cell -> String.valueOf(answer.get(cell)).equals("" + fold.get(cell)));
    Cell first = different.iterator().next();
    throw new AssertionError(
        "through epoch %d %d rows differ, the first %s: it is %s, and the fold says %s; of %s"
            .formatted(line, different.size(), first, answer.get(first), fold.get(first), view));
  }

  /** Requires that no row set holds rows that no document names. */
  void noRowsAreLeft(Collection<ViewCatalog> views, long lastId) {
    Set<Long> named = new TreeSet<>();
    for (ViewCatalog view : views) {
      for (Version version : view.versions()) {
        version.slices().forEach(slice -> named.add(slice.rows()));
      }
    }
    List<SliceRange> others = new ArrayList<>();
    for (long id = 1; id < lastId; id++) {
      if (!named.contains(id)) {
        others.add(new SliceRange(id, EpochRange.ALL));
      }
    }
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      for (SliceRange other : others) {
        if (snapshot.stats(other).count() > 0) {
          throw new AssertionError("row set " + other.rows() + " is left, and nothing names it");
        }
      }
    }
  }
}
