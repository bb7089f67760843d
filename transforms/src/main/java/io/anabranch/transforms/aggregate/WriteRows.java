/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.aggregate;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
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

  /** Large transactions of sorted rows are cheap; they hold the store for less than a second. */
  private static final int MOST_ROWS = 50_000;

  private static final long MOST_BYTES = 16 << 20;
  private final SliceRef slice;
  private final boolean complete;
  private final Counter rowsWritten = Metrics.counter("io.anabranch", "rows-written");

  /**
   * Writes to a slice.
   *
   * @param complete whether the rows are of windows, and are left out once the run is to stop
   */
  WriteRows(Settings settings, SliceRef slice, boolean complete) {
    super(settings);
    this.complete = complete;
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
          if (complete) {
            store.writeComplete(slice, batch);
          } else {
            store.write(slice, batch);
          }
        });
    rowsWritten.inc(batch.size());
  }
}
