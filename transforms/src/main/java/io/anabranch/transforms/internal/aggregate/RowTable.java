/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.KeyText;
import io.anabranch.api.spi.row.StoredRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Merges {@link Block}s into rows. An accumulator is decoded only if there is another one to merge
 * it with. Not thread-safe.
 */
final class RowTable<K, A> {
  private final Aggregation<K, ?, A> aggregation;
  private final Map<Id, Row<A>> rows = new HashMap<>();
  private final List<Row<A>> changed = new ArrayList<>();

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

  /** Its accumulator is encoded, or an object. */
  private static final class Row<A> {
    final Id id;
    byte[] encoded;
    A accumulator;
    long contributions;
    boolean isChanged;

    Row(Id id, byte[] encoded) {
      this.id = id;
      this.encoded = encoded;
    }
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
        row = new Row<>(id, reader.accumulator());
        rows.put(id, row);
      } else {
        merge(row, reader.accumulator());
      }
      row.contributions += reader.contributions();
      if (!row.isChanged) {
        row.isChanged = true;
        changed.add(row);
      }
    }
  }

  private void merge(Row<A> row, byte[] accumulator) throws IOException {
    if (row.encoded != null) {
      row.accumulator = aggregation.decode(row.encoded);
      row.encoded = null;
    }
    row.accumulator = aggregation.merge(row.accumulator, aggregation.decode(accumulator));
  }

  /** Returns the rows that changed since {@link #markStored}. */
  Iterable<StoredRow> changed() {
    return () -> changed.stream().map(this::toStoredRow).iterator();
  }

  /** Notes that the rows that changed are stored. */
  void markStored() {
    changed.forEach(row -> row.isChanged = false);
    changed.clear();
  }

  /** Returns all rows as one block. */
  byte[] toBlock() {
    Block.Writer block = new Block.Writer();
    for (Row<A> row : rows.values()) {
      block.add(row.id.epoch, row.id.bucket, row.id.key, row.contributions, encoded(row));
    }
    return block.toBlock();
  }

  private StoredRow toStoredRow(Row<A> row) {
    try {
      String keyText = KeyText.of(aggregation.key(row.id.key));
      byte[] accumulator = encoded(row);
      return new StoredRow(
          row.id.epoch,
          row.id.bucket,
          0,
          row.id.key,
          keyText,
          accumulator,
          row.contributions,
          aggregation.part(accumulator));
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
