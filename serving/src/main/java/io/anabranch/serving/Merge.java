/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.Bucket;
import io.anabranch.api.KeyText;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.LiveRow;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Gathers the stored accumulators of each answer row, and merges them. */
final class Merge<K, A, O> {
  private static final long ALL_BUCKETS = Long.MIN_VALUE;

  private final ViewDefinition<?, K, ?, A, O> view;
  private final Accumulators<K, A, O> accumulators;
  private final boolean total;
  private final Map<Slot, Cell> cells = new HashMap<>();
  private @Nullable ByteBuffer lastKey;
  private @Nullable K lastDecoded;

  Merge(ViewDefinition<?, K, ?, A, O> view, boolean total) {
    this.view = view;
    this.accumulators = Accumulators.of(view);
    this.total = total;
  }

  /** Where a row of the answer gathers: a bucket or window, or all of them, and an encoded key. */
  private record Slot(long bucket, long length, ByteBuffer key) {}

  private static final class Cell {
    final List<byte[]> batch = new ArrayList<>(1);
    final List<byte[]> speed = new ArrayList<>(0);
  }

  void add(LiveRow row) {
    Slot slot =
        new Slot(
            total ? ALL_BUCKETS : row.bucket(),
            total ? 0 : row.length(),
            ByteBuffer.wrap(row.key()));
    Cell cell = cells.computeIfAbsent(slot, absent -> new Cell());
    (row.speed() ? cell.speed : cell.batch).add(row.accumulator());
  }

  /** Returns the merged rows in any order, and begins anew. */
  List<Row<K, O>> take() {
    List<Row<K, O>> rows = new ArrayList<>(cells.size());
    cells.forEach((slot, cell) -> rows.add(row(slot, cell)));
    cells.clear();
    return rows;
  }

  /** The order of an answer: by bucket, its length, then by the text of the key. */
  static <K, O> Comparator<Row<K, O>> order() {
    Comparator<Row<K, O>> byBucket =
        Comparator.comparing(row -> row.bucket().map(Bucket::start).orElse(Instant.MIN));
    return byBucket
        .thenComparing(row -> row.bucket().map(Bucket::length).orElse(Duration.ZERO))
        .thenComparing(row -> KeyText.of(row.key()));
  }

  private Row<K, O> row(Slot slot, Cell cell) {
    Optional<O> batch = value(cell.batch);
    Optional<O> speed = value(cell.speed);
    Optional<Bucket> bucket = total ? Optional.empty() : Optional.of(bucket(slot));
    return new Row<>(key(slot), bucket, value(cell, batch, speed), batch, speed);
  }

  /** Decodes a key once for rows that follow each other: most answers are of few keys. */
  private K key(Slot slot) {
    K key = lastDecoded;
    if (key == null || !slot.key().equals(lastKey)) {
      key = accumulators.key(slot.key().array());
      lastKey = slot.key();
      lastDecoded = key;
    }
    return key;
  }

  private Bucket bucket(Slot slot) {
    Duration length =
        Duration.ofMillis(
            view.match(combined -> length(combined, slot.bucket()), windowed -> slot.length()));
    return new Bucket(Instant.ofEpochMilli(slot.bucket()), length);
  }

  private static long length(CombinedDefinition<?, ?, ?, ?, ?> view, long start) {
    return view.bucket().at(start).end().getMillis() - start;
  }

  private O value(Cell cell, Optional<O> batch, Optional<O> speed) {
    if (batch.isEmpty() || speed.isEmpty()) {
      return batch.or(() -> speed).orElseThrow();
    }
    List<byte[]> all = new ArrayList<>(cell.batch);
    all.addAll(cell.speed);
    return accumulators.value(all);
  }

  private Optional<O> value(List<byte[]> some) {
    return some.isEmpty() ? Optional.empty() : Optional.of(accumulators.value(some));
  }
}
