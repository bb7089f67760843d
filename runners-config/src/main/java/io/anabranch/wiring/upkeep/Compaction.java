/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.upkeep;

import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.catalog.ViewStatus;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.serving.Accumulators;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Compacts slices of the batch versions into one: rows of the same bucket and key become one row,
 * and answers stay as they are, also while they are read. Works within this process, in constant
 * memory: the store gives the rows in their order.
 */
public final class Compaction {
  private Compaction() {}

  /** Which slices of a version to compact. */
  public enum Choice {
    /** All of them. */
    ALL,
    /**
     * The newest ones, once there are {@value #MOST_SLICES}, back to one that holds more rows than
     * all after it, as in a log-structured merge-tree (O'Neil et al. 1996): so large slices are
     * written again seldom.
     */
    NEWEST
  }

  static final int MOST_SLICES = 10;

  /**
   * What became of a view.
   *
   * @param slices how many slices became one
   * @param rowsBefore their rows
   * @param rowsAfter its rows
   */
  public record Report(String view, int slices, long rowsBefore, long rowsAfter) {}

  /**
   * Compacts the slices of all views that have two or more to compact.
   *
   * @return what became of these views
   * @throws UserException if a definition changed, or another run published or compacted meanwhile
   */
  public static <E> List<Report> run(RunContext<E> context, Choice choice) {
    List<Report> reports = new ArrayList<>();
    for (ViewStatus status : ViewStatus.all(context.store())) {
      Optional<ViewDefinition<E, ?, ?, ?, ?>> view =
          context.application().views().stream()
              .filter(each -> each.name().equals(status.state().view()))
              .findFirst();
      List<SliceRange> slices = chosen(status, choice);
      if (view.isPresent() && slices.size() > 1) {
        reports.add(compact(context, view.get(), slices));
      }
    }
    return reports;
  }

  /**
   * Compacts the newest slices after a batch run, unless the process is to stop. What fails is
   * tried again after the next batch run.
   */
  public static void afterBatch(
      RunContext<?> context,
      Stop stop,
      Consumer<Report> compacted,
      Consumer<UserException> failed) {
    try {
      stop.requireNotRequested();
      run(context, Choice.NEWEST).forEach(compacted);
    } catch (RuntimeException e) {
      if (!stop.isRequested()) {
        failed.accept(UserException.of(e));
      }
    }
  }

  private static List<SliceRange> chosen(ViewStatus status, Choice choice) {
    List<Slice> slices =
        status.state().catalog().batch().stream()
            .flatMap(Version::shown)
            .sorted(Comparator.comparingLong(Slice::after))
            .toList();
    return (choice == Choice.ALL ? slices : newest(slices, status::rows))
        .stream().map(Slice::range).toList();
  }

  static <T> List<T> newest(List<T> slices, ToLongFunction<T> rowsOf) {
    if (slices.size() < MOST_SLICES) {
      return List.of();
    }
    int from = slices.size() - 1;
    long rows = rowsOf.applyAsLong(slices.get(from));
    while (from > 0 && rowsOf.applyAsLong(slices.get(from - 1)) <= rows) {
      from--;
      rows += rowsOf.applyAsLong(slices.get(from));
    }
    return slices.subList(from, slices.size());
  }

  private static <E, K, A, O> Report compact(
      RunContext<E> context, ViewDefinition<E, K, ?, A, O> view, List<SliceRange> slices) {
    long through = slices.get(slices.size() - 1).epochs().through();
    try (Heartbeat heartbeat = Heartbeat.begin(context, "compact")) {
      OpenSlice compacted =
          context.lifecycle().openCompaction(heartbeat.run(), context.ref(view), slices);
      boolean replaced = false;
      try {
        Writer<K, A, O> writer = new Writer<>(context, view, compacted, through);
        try (Snapshot snapshot = context.store().catalog().snapshot()) {
          snapshot.scan(slices, (row, slice) -> writer.accept(row));
        }
        writer.finish();
        context.lifecycle().compact(compacted);
        replaced = true;
        return new Report(view.name(), slices.size(), writer.read, writer.written);
      } finally {
        if (!replaced) {
          context.lifecycle().discard(Collections.singleton(compacted));
        }
      }
    }
  }

  /** Merges rows as they come, and writes them many at a time. */
  private static final class Writer<K, A, O> {
    private static final int MOST_ROWS = 50_000;
    private static final long MOST_BYTES = 16 << 20;

    private final RunContext<?> context;
    private final Accumulators<K, A, O> accumulators;
    private final OpenSlice compacted;
    private final long epoch;
    private final List<byte[]> same = new ArrayList<>();
    private final List<StoredRow> batch = new ArrayList<>();
    private StoredRow current;
    private long contributions;
    private long bytes;
    private long read;
    private long written;

    Writer(
        RunContext<?> context,
        ViewDefinition<?, K, ?, A, O> view,
        OpenSlice compacted,
        long epoch) {
      this.context = context;
      this.accumulators = Accumulators.of(view);
      this.compacted = compacted;
      this.epoch = epoch;
    }

    void accept(StoredRow row) {
      if (current != null
          && (row.bucket() != current.bucket()
              || row.length() != current.length()
              || !Arrays.equals(row.key(), current.key()))) {
        merge();
      }
      current = row;
      same.add(row.accumulator());
      contributions += row.contributions();
      read++;
    }

    void finish() {
      if (current != null) {
        merge();
      }
      flush();
    }

    private void merge() {
      byte[] accumulator = accumulators.merge(same);
      StoredRow merged =
          new StoredRow(
              epoch,
              current.bucket(),
              current.length(),
              current.key(),
              current.keyText(),
              accumulator,
              contributions,
              accumulators.part(accumulator));
      batch.add(merged);
      bytes += merged.bytes();
      same.clear();
      contributions = 0;
      if (batch.size() >= MOST_ROWS || bytes >= MOST_BYTES) {
        flush();
      }
    }

    private void flush() {
      if (!batch.isEmpty()) {
        context.store().rows().fill(compacted.fence(), batch);
        written += batch.size();
        batch.clear();
        bytes = 0;
      }
    }
  }
}
