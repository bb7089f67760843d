/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStatus.Slice;
import io.anabranch.serving.Accumulators;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Folds slices of the batch versions into one: rows of the same bucket and key become one row, and
 * answers stay as they are, also while they are read. Works within this process, in constant
 * memory: the store gives the rows in their order.
 */
public final class Compaction {
  private Compaction() {}

  /** Which slices of a version to fold. */
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
   * @param slices how many slices were folded into one
   * @param rowsBefore their rows
   * @param rowsAfter its rows
   */
  public record Report(String view, int slices, long rowsBefore, long rowsAfter) {}

  /**
   * Folds slices of all views that have two or more to fold.
   *
   * @return what became of these views
   * @throws UserException if a definition changed, or another run promoted or folded meanwhile
   */
  public static <E> List<Report> run(RunContext<E> context, Choice choice) {
    List<Report> reports = new ArrayList<>();
    for (ViewStatus status : context.store().status()) {
      Optional<ViewDefinition<E, ?, ?, ?, ?>> view =
          context.application().views().stream()
              .filter(each -> each.name().equals(status.pointer().view()))
              .findFirst();
      List<Slice> slices = chosen(status, choice);
      if (view.isPresent() && slices.size() > 1) {
        reports.add(fold(context, view.get(), slices));
      }
    }
    return reports;
  }

  /**
   * Folds the newest slices after a batch run, unless the process is to stop. What fails is tried
   * again after the next batch run.
   */
  public static void afterBatch(
      RunContext<?> context, Stop stop, Consumer<Report> folded, Consumer<UserException> failed) {
    try {
      stop.requireNotRequested();
      run(context, Choice.NEWEST).forEach(folded);
    } catch (RuntimeException e) {
      if (!stop.isRequested()) {
        failed.accept(UserException.of(e));
      }
    }
  }

  private static List<Slice> chosen(ViewStatus status, Choice choice) {
    List<Slice> slices =
        status.versions().stream()
            .filter(version -> version.kind().equals("batch") && version.live())
            .flatMap(version -> version.slices().stream())
            .filter(Slice::visible)
            .toList();
    return choice == Choice.ALL ? slices : newest(slices);
  }

  static List<Slice> newest(List<Slice> slices) {
    if (slices.size() < MOST_SLICES) {
      return List.of();
    }
    int from = slices.size() - 1;
    long rows = slices.get(from).rows();
    while (from > 0 && slices.get(from - 1).rows() <= rows) {
      from--;
      rows += slices.get(from).rows();
    }
    return slices.subList(from, slices.size());
  }

  private static <E, K, A, O> Report fold(
      RunContext<E> context, ViewDefinition<E, K, ?, A, O> view, List<Slice> slices) {
    List<Long> numbers = slices.stream().map(Slice::slice).toList();
    long through = slices.get(slices.size() - 1).epochs().through();
    try (Heartbeat heartbeat = Heartbeat.begin(context, "compact")) {
      SliceRef fold = context.store().openFold(heartbeat.run(), context.ref(view), numbers);
      boolean replaced = false;
      try {
        Writer<K, A, O> writer = new Writer<>(context, view, fold, through);
        context.store().scan(numbers, writer::accept);
        writer.finish();
        context.store().replace(fold, numbers);
        replaced = true;
        return new Report(view.name(), slices.size(), writer.read, writer.written);
      } finally {
        if (!replaced) {
          context.store().discard(Collections.singleton(fold));
        }
      }
    }
  }

  /** Folds rows as they come, and writes them many at a time. */
  private static final class Writer<K, A, O> {
    private static final int MOST_ROWS = 2_000;
    private static final long MOST_BYTES = 8 << 20;

    private final RunContext<?> context;
    private final Accumulators<K, A, O> accumulators;
    private final SliceRef fold;
    private final long epoch;
    private final List<byte[]> same = new ArrayList<>();
    private final List<StoredRow> batch = new ArrayList<>();
    private StoredRow current;
    private long contributions;
    private long bytes;
    private long read;
    private long written;

    Writer(RunContext<?> context, ViewDefinition<?, K, ?, A, O> view, SliceRef fold, long epoch) {
      this.context = context;
      this.accumulators = Accumulators.of(view);
      this.fold = fold;
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
      batch.add(
          new StoredRow(
              epoch,
              current.bucket(),
              current.length(),
              current.key(),
              current.keyText(),
              accumulator,
              contributions));
      bytes += current.key().length + accumulator.length;
      same.clear();
      contributions = 0;
      if (batch.size() >= MOST_ROWS || bytes >= MOST_BYTES) {
        flush();
      }
    }

    private void flush() {
      if (!batch.isEmpty()) {
        context.store().write(fold, batch);
        written += batch.size();
        batch.clear();
        bytes = 0;
      }
    }
  }
}
