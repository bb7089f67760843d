/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.api.KeyText;
import io.anabranch.testing.script.EventScript;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * What a combined view must say of some contributions: one plain loop over one map, without Beam,
 * epochs or layers.
 *
 * <pre>{@code
 * Fold<String, Long, ?, Long> fold = Fold.of(Duration.ofMinutes(1), Sum.ofLongs());
 * fold.add(request.time(), request.path(), 1L);
 * assertThat(reader.read(Query.all()), AnswerMatchers.hasExactlyTheRowsOf(fold));
 * }</pre>
 *
 * @param <K> the key of a row
 * @param <V> one contribution
 * @param <A> the accumulator
 * @param <O> the value of a row
 */
public final class Fold<K, V, A, O> {
  private final Duration bucket;
  private final CombineFn<V, A, O> combineFn;
  private final Map<RowKey, A> accumulators = new TreeMap<>();

  private Fold(Duration bucket, CombineFn<V, A, O> combineFn) {
    this.bucket = bucket;
    this.combineFn = combineFn;
  }

  /** Starts a fold with a view's bucket and combine function. */
  public static <K, V, A, O> Fold<K, V, A, O> of(Duration bucket, CombineFn<V, A, O> combineFn) {
    return new Fold<>(bucket, combineFn);
  }

  /** Adds a contribution of an event of this time. */
  public void add(Instant eventTime, K key, V contribution) {
    long length = bucket.toMillis();
    long start = Math.floorDiv(eventTime.toEpochMilli(), length) * length;
    accumulators.compute(
        new RowKey(Instant.ofEpochMilli(start), KeyText.of(key)),
        (row, accumulator) ->
            combineFn.addInput(
                accumulator == null ? combineFn.createAccumulator() : accumulator, contribution));
  }

  /**
   * Adds what each event of a script contributes.
   *
   * @param contributions of one event
   */
  public <E> Fold<K, V, A, O> addAll(
      EventScript<E> script, Function<E, ? extends Iterable<KV<K, V>>> contributions) {
    for (TimestampedValue<E> event : script.arrivals()) {
      Instant time = Instant.ofEpochMilli(event.getTimestamp().getMillis());
      contributions
          .apply(event.getValue())
          .forEach(each -> add(time, each.getKey(), each.getValue()));
    }
    return this;
  }

  /** Returns the value of each row. */
  public Map<RowKey, O> rows() {
    Map<RowKey, O> rows = new TreeMap<>();
    accumulators.forEach((row, accumulator) -> rows.put(row, combineFn.extractOutput(accumulator)));
    return rows;
  }

  /**
   * Names a row.
   *
   * @param bucket the start of its bucket
   * @param key the text of its key
   */
  public record RowKey(Instant bucket, String key) implements Comparable<RowKey> {
    @Override
    public int compareTo(RowKey other) {
      int byBucket = bucket.compareTo(other.bucket);
      return byBucket != 0 ? byBucket : key.compareTo(other.key);
    }

    @Override
    public String toString() {
      return bucket + " " + key;
    }
  }
}
