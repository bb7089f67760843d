/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.RowStore.Suspension;
import io.anabranch.api.spi.store.ViewStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** A run of a history: the slices that it fills, and what of them is left to write. */
final class HistoryRun {
  /** What a run does when all of its rows are written. */
  enum Kind {
    BATCH,
    COMPACTION,
    REPLAY,
    FOLLOW
  }

  private static final int BUNDLES = 6;
  private static final int BUNDLE = 25;

  final Kind kind;
  final long run;
  final Map<String, OpenSlice> slices = new TreeMap<>();
  private final List<Pending> pending = new ArrayList<>();
  private final Map<String, Long> done = new TreeMap<>();

  private record Pending(Fence fence, StoredRow row) {}

  HistoryRun(Kind kind, long run) {
    this.kind = kind;
    this.run = run;
  }

  /** Plans the rows of the slices. */
  void plan(HistoryLog log) {
    slices.forEach(
        (view, slice) -> {
          if (kind == Kind.FOLLOW) {
            done.put(view, slice.epochs().after());
            return;
          }
          long through = slice.epochs().through();
          HistoryLog.rows(log.fold(view, slice.epochs().after(), through), through, 0)
              .forEach(row -> pending.add(new Pending(slice.fence(), row)));
        });
    Collections.shuffle(pending, new Random(run));
  }

  /** Writes some of the rows of a bounded run; returns whether none are left. */
  boolean write(RowStore rows, boolean bulk) {
    for (int i = 0; i < BUNDLES && !pending.isEmpty(); i++) {
      List<Pending> bundle = pending.subList(Math.max(0, pending.size() - BUNDLE), pending.size());
      for (OpenSlice slice : slices.values()) {
        List<StoredRow> mine =
            bundle.stream()
                .filter(each -> each.fence().equals(slice.fence()))
                .map(Pending::row)
                .toList();
        if (!mine.isEmpty() && bulk) {
          rows.fill(slice.fence(), mine);
        } else if (!mine.isEmpty()) {
          rows.write(slice.fence(), mine, Suspension.IGNORED);
        }
      }
      bundle.clear();
    }
    return pending.isEmpty();
  }

  /** Writes the next epoch of each view, half of the time with values that are still too small. */
  void follow(ViewStore storage, HistoryLog log, Random random) {
    slices.forEach(
        (view, slice) -> {
          long epoch = HistoryLog.next(done.get(view));
          long closed = log.closedThrough();
          if (epoch > Math.min(closed + 1, HistoryLog.EPOCHS)) {
            return;
          }
          boolean whole = epoch <= closed && random.nextInt(3) > 0;
          List<StoredRow> rows =
              HistoryLog.rows(log.fold(view, epoch - 1, epoch), epoch, whole ? 0 : 1);
          storage.rows().write(slice.fence(), rows, Suspension.IGNORED);
          if (whole && storage.progress().complete(slice.fence(), epoch, Optional.empty())) {
            done.put(view, epoch);
          }
        });
  }
}
