/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.RowStore.Suspension;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.values.KV;

/**
 * Writes the rows of a pane, many at a time, and emits nothing. A pane may hold all rows of a
 * bounded input, so it is written in batches of a number and of bytes. Metric: {@code
 * rows-written}.
 */
final class WriteRows extends StoreFn<KV<Integer, Iterable<StoredRow>>, Void> {
  private static final long serialVersionUID = 1L;

  /** How rows are written. */
  enum Mode {
    /** Each once, to a slice that no reader sees. */
    FILL,
    /** Again and again, each time with more contributions. */
    REPLACE,
    /** Each once its window is complete; not once the run is about to stop. */
    REPLACE_WINDOWS
  }

  /** Large transactions of sorted rows are cheap; they hold the store for less than a second. */
  private static final int MOST_ROWS = 50_000;

  private static final long MOST_BYTES = 16 << 20;
  private final OpenSlice slice;
  private final Mode mode;
  private final Counter rowsWritten = Metrics.counter("io.anabranch", "rows-written");

  /**
   * Writes to a slice.
   *
   * @param mode how rows are written
   */
  WriteRows(Settings settings, OpenSlice slice, Mode mode) {
    super(settings);
    this.mode = mode;
    this.slice = slice;
  }

  @ProcessElement
  public void process(@Element KV<Integer, Iterable<StoredRow>> pane) {
    List<StoredRow> batch = new ArrayList<>();
    long bytes = 0;
    for (StoredRow row : pane.getValue()) {
      batch.add(row);
      bytes += row.key().length + row.accumulator().length;
      if (batch.size() >= MOST_ROWS || bytes >= MOST_BYTES) {
        write(batch);
        batch.clear();
        bytes = 0;
      }
    }
    if (!batch.isEmpty()) {
      write(batch);
    }
  }

  private void write(List<StoredRow> batch) {
    toStore(
        store -> {
          switch (mode) {
            case FILL -> store.rows().fill(slice.fence(), batch);
            case REPLACE -> store.rows().write(slice.fence(), batch, Suspension.IGNORED);
            case REPLACE_WINDOWS -> store.rows().write(slice.fence(), batch, Suspension.RESPECTED);
          }
        });
    rowsWritten.inc(batch.size());
  }
}
