/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.KeyText;
import io.anabranch.api.spi.row.StoredRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Merges {@link Block}s into rows. An accumulator is decoded only if there is another one to merge
 * it with. Not thread-safe.
 */
final class RowTable<K, A> {
  private final Aggregation<K, ?, A> aggregation;
  private final Map<Id, Row<A>> rows = new HashMap<>();

  /** By what a row is known. */
  private static final class Id {
    final long epoch;
    final long bucket;
    final byte[] key;
    final int hash;

    Id(long epoch, long bucket, byte[] key) {
      this.epoch = epoch;
      this.bucket = bucket;
      this.key = key;
      this.hash = (Arrays.hashCode(key) * 31 + Long.hashCode(bucket)) * 31 + Long.hashCode(epoch);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Id that
          && hash == that.hash
          && epoch == that.epoch
          && bucket == that.bucket
          && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** Either encoded or an accumulator. */
  private static final class Row<A> {
    byte[] encoded;
    A accumulator;
    long contributions;
  }

  RowTable(Aggregation<K, ?, A> aggregation) {
    this.aggregation = aggregation;
  }

  /** Merges a block into the rows. */
  void merge(byte[] block) throws IOException {
    Block.Reader reader = new Block.Reader(block);
    while (reader.next()) {
      Id id = new Id(reader.epoch(), reader.bucket(), reader.key());
      Row<A> row = rows.get(id);
      if (row == null) {
        row = new Row<>();
        row.encoded = reader.accumulator();
        rows.put(id, row);
      } else {
        if (row.encoded != null) {
          row.accumulator = aggregation.decode(row.encoded);
          row.encoded = null;
        }
        row.accumulator =
            aggregation.merge(row.accumulator, aggregation.decode(reader.accumulator()));
      }
      row.contributions += reader.contributions();
    }
  }

  /** Returns the rows. */
  Iterable<StoredRow> rows() {
    return () ->
        rows.entrySet().stream().map(each -> stored(each.getKey(), each.getValue())).iterator();
  }

  private StoredRow stored(Id id, Row<A> row) {
    try {
      String keyText = KeyText.of(aggregation.key(id.key));
      return new StoredRow(id.epoch, id.bucket, id.key, keyText, encoded(row), row.contributions);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] encoded(Row<A> row) {
    if (row.encoded != null) {
      return row.encoded;
    }
    row.accumulator = aggregation.compact(row.accumulator);
    return aggregation.encode(row.accumulator);
  }
}
