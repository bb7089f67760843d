/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.RowStore.Suspension;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * Writes rows to a slice, in batches of a number and of bytes, as there may be all of a bounded
 * input. Metric: {@code rows-written}.
 */
public final class RowWriter implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How rows are written. */
  public enum Mode {
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

  /** Creates one. */
  public RowWriter(OpenSlice slice, Mode mode) {
    this.mode = mode;
    this.slice = slice;
  }

  /** Writes rows by the store of a function. */
  public void write(StoreFn<?, ?> fn, Iterable<StoredRow> rows) {
    List<StoredRow> batch = new ArrayList<>();
    long bytes = 0;
    for (StoredRow row : rows) {
      batch.add(row);
      bytes += row.key().length + row.accumulator().length;
      if (batch.size() >= MOST_ROWS || bytes >= MOST_BYTES) {
        writeBatch(fn, batch);
        batch.clear();
        bytes = 0;
      }
    }
    if (!batch.isEmpty()) {
      writeBatch(fn, batch);
    }
  }

  private void writeBatch(StoreFn<?, ?> fn, List<StoredRow> batch) {
    fn.toStore(
        store -> {
          RowStore to = store.rows();
          switch (mode) {
            case FILL -> to.fill(slice.fence(), batch);
            case REPLACE -> to.write(slice.fence(), batch, Suspension.IGNORED);
            case REPLACE_WINDOWS -> to.write(slice.fence(), batch, Suspension.RESPECTED);
          }
        });
    rowsWritten.inc(batch.size());
  }
}
