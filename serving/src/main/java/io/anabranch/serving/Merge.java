/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.Bucket;
import io.anabranch.api.KeyText;
import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.LiveRow;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * Gathers the stored accumulators of each answer row, and merges them by the author's function.
 * Accumulators stay encoded until then: a function may change what it merges, so each merge gets
 * accumulators of its own.
 */
final class Merge<K, A, O> {
  private static final long ALL_BUCKETS = Long.MIN_VALUE;

  private final ViewDefinition<?, K, ?, A, O> view;
  private final boolean total;
  private final Map<Slot, Cell> cells = new HashMap<>();

  Merge(ViewDefinition<?, K, ?, A, O> view, boolean total) {
    this.view = view;
    this.total = total;
  }

  /** Where a row of the answer gathers: a bucket, or all of them, and an encoded key. */
  private record Slot(long bucket, ByteBuffer key) {}

  private static final class Cell {
    final List<byte[]> batch = new ArrayList<>(1);
    final List<byte[]> speed = new ArrayList<>(0);
  }

  void add(LiveRow row) {
    Slot slot = new Slot(total ? ALL_BUCKETS : row.bucket(), ByteBuffer.wrap(row.key()));
    Cell cell = cells.computeIfAbsent(slot, absent -> new Cell());
    (row.speed() ? cell.speed : cell.batch).add(row.accumulator());
  }

  /** Returns the merged rows, ordered by bucket, then by the text of the key. */
  Stream<Row<K, O>> rows() {
    Comparator<Row<K, O>> byBucket =
        Comparator.comparing(row -> row.bucket().map(Bucket::start).orElse(Instant.MIN));
    return cells.entrySet().stream()
        .map(cell -> row(cell.getKey(), cell.getValue()))
        .sorted(byBucket.thenComparing(row -> KeyText.of(row.key())));
  }

  private Row<K, O> row(Slot slot, Cell cell) {
    Optional<O> batch = value(cell.batch, List.of());
    Optional<O> speed = value(cell.speed, List.of());
    O value =
        batch.isEmpty()
            ? speed.orElseThrow()
            : speed.isEmpty() ? batch.get() : value(cell.batch, cell.speed).orElseThrow();
    Optional<Bucket> bucket =
        total
            ? Optional.empty()
            : Optional.of(new Bucket(Instant.ofEpochMilli(slot.bucket()), view.bucket()));
    return new Row<>(decode(view.keyCoder(), slot.key().array()), bucket, value, batch, speed);
  }

  private Optional<O> value(List<byte[]> some, List<byte[]> others) {
    if (some.isEmpty() && others.isEmpty()) {
      return Optional.empty();
    }
    List<A> accumulators = new ArrayList<>(1 + some.size() + others.size());
    accumulators.add(view.combineFn().createAccumulator());
    some.forEach(bytes -> accumulators.add(decode(view.accumulatorCoder(), bytes)));
    others.forEach(bytes -> accumulators.add(decode(view.accumulatorCoder(), bytes)));
    O output = view.combineFn().extractOutput(view.combineFn().mergeAccumulators(accumulators));
    if (output == null) {
      throw new UserException(
          "view \""
              + view.name()
              + "\": the combine function "
              + view.combineFn().getClass().getName()
              + " gave null, which is no value of a row: return a value from extractOutput whatever"
              + " was added");
    }
    return Optional.of(output);
  }

  private <T> T decode(Coder<T> coder, byte[] bytes) {
    try {
      return CoderUtils.decodeFromByteArray(coder, bytes);
    } catch (CoderException | RuntimeException e) { // coders throw either on bytes not theirs
      throw new UserException(
          "a stored row of view \""
              + view.name()
              + "\" cannot be decoded by "
              + coder
              + ": raise the view's revision(...) when a coder changes, and compute it anew",
          e);
    }
  }
}
