/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.aggregate;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.ViewStores;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/** Writes batches of rows; emits nothing. Metric: {@code rows-written}. */
final class WriteRows extends DoFn<KV<Integer, Iterable<StoredRow>>, Void> {
  private static final long serialVersionUID = 1L;
  private final Settings settings;
  private final SliceRef slice;
  private final Counter rowsWritten = Metrics.counter("io.anabranch", "rows-written");
  private transient ViewStore store;

  WriteRows(Settings settings, SliceRef slice) {
    this.settings = settings;
    this.slice = slice;
  }

  @Setup
  public void setup() {
    store = ViewStores.open(settings);
  }

  @ProcessElement
  public void process(@Element KV<Integer, Iterable<StoredRow>> batch) {
    List<StoredRow> rows = new ArrayList<>();
    batch.getValue().forEach(rows::add);
    store.write(slice, rows);
    rowsWritten.inc(rows.size());
  }

  @Teardown
  public void teardown() {
    if (store != null) {
      store.close();
      store = null;
    }
  }
}
