/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import java.util.List;
import org.apache.beam.sdk.values.KV;

/** Writes the rows of a pane, and emits nothing. */
final class WriteRows extends StoreFn<KV<Integer, Iterable<StoredRow>>, Void> {
  private static final long serialVersionUID = 1L;

  private final RowWriter writer;

  WriteRows(Settings settings, OpenSlice slice, RowWriter.Mode mode) {
    super(settings, List.of(slice));
    this.writer = new RowWriter(slice, mode);
  }

  @ProcessElement
  public void process(@Element KV<Integer, Iterable<StoredRow>> pane) {
    writer.write(this, pane.getValue());
  }
}
