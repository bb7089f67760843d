/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.store.RowWriter;
import io.anabranch.transforms.internal.store.RowWriter.Mode;
import io.anabranch.transforms.internal.store.StoreFn;
import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.values.KV;

/** Merges all blocks of a shard and stores its rows; emits nothing. */
final class StoreShards<K, A> extends StoreFn<KV<Long, Iterable<byte[]>>, Void> {
  private static final long serialVersionUID = 1L;

  private final Aggregation<K, ?, A> aggregation;
  private final RowWriter writer;

  StoreShards(Aggregation<K, ?, A> aggregation, Settings settings, OpenSlice slice, Mode mode) {
    super(settings, List.of(slice));
    this.aggregation = aggregation;
    this.writer = new RowWriter(slice, mode);
  }

  @ProcessElement
  public void process(@Element KV<Long, Iterable<byte[]>> shard) throws IOException {
    RowTable<K, A> rows = new RowTable<>(aggregation);
    for (byte[] block : shard.getValue()) {
      rows.merge(block);
    }
    writer.write(this, rows.changed());
  }
}
