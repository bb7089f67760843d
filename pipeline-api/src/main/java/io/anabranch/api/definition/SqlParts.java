/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.anabranch.api.internal.JsonText;
import io.anabranch.api.spi.row.SqlMerge;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Min;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * Makes of accumulators what SQL can merge: of Beam's own {@code Sum}, {@code Count}, {@code Min},
 * {@code Max} and {@code Mean}, and of the values of windows.
 *
 * @param <A> the accumulator
 */
public final class SqlParts<A> implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Map<Class<?>, SqlMerge> MERGES = merges();
  private static final Class<?> MEANS = Mean.of().getClass();
  private static final Class<?> MEANS_CODER = coderOfMeans();

  private final SqlMerge merge; // null if there is none
  private final CombineFn<?, A, ?> combineFn;
  private final Coder<A> coder;

  private SqlParts(Optional<SqlMerge> merge, CombineFn<?, A, ?> combineFn, Coder<A> coder) {
    this.merge = merge.orElse(null);
    this.combineFn = combineFn;
    this.coder = coder;
  }

  /** Returns what makes the parts of a view's rows. */
  public static <A> SqlParts<A> of(ViewDefinition<?, ?, ?, A, ?> view) {
    return new SqlParts<>(view.sqlMerge(), view.combineFn(), view.accumulatorCoder());
  }

  /** Returns what makes the parts of rows that a function combines. */
  public static <A> SqlParts<A> of(CombineFn<?, A, ?> combineFn, Coder<A> accumulatorCoder) {
    return new SqlParts<>(mergeOf(combineFn, accumulatorCoder), combineFn, accumulatorCoder);
  }

  /**
   * Returns the part of a row, empty if SQL cannot merge it.
   *
   * @throws CoderException if the accumulator cannot be decoded
   */
  public Optional<String> of(byte[] accumulator) throws CoderException {
    if (merge == null) {
      return Optional.empty();
    }
    if (merge == SqlMerge.MEAN) {
      ByteBuffer countAndSum = ByteBuffer.wrap(accumulator);
      long count = countAndSum.getLong();
      return finite(countAndSum.getDouble()).map(sum -> "[" + count + "," + sum + "]");
    }
    Object value = combineFn.extractOutput(CoderUtils.decodeFromByteArray(coder, accumulator));
    if (merge == SqlMerge.WINDOW) {
      return json(value);
    }
    return value instanceof Double number ? finite(number) : Optional.of(value.toString());
  }

  private static Optional<String> finite(double number) {
    return Double.isFinite(number) ? Optional.of(Double.toString(number)) : Optional.empty();
  }

  private static Optional<String> json(Object value) {
    try {
      return Optional.of(JsonText.of(value));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  static Optional<SqlMerge> mergeOf(CombineFn<?, ?, ?> combineFn, Coder<?> accumulatorCoder) {
    if (combineFn.getClass() == MEANS) { // its accumulators show what they hold in one form only
      return accumulatorCoder.getClass() == MEANS_CODER
          ? Optional.of(SqlMerge.MEAN)
          : Optional.empty();
    }
    return Optional.ofNullable(MERGES.get(combineFn.getClass()));
  }

  private static Map<Class<?>, SqlMerge> merges() {
    Map<Class<?>, SqlMerge> merges = new HashMap<>();
    merges.put(Count.combineFn().getClass(), SqlMerge.SUM);
    merges.put(Sum.ofIntegers().getClass(), SqlMerge.SUM);
    merges.put(Sum.ofLongs().getClass(), SqlMerge.SUM);
    merges.put(Sum.ofDoubles().getClass(), SqlMerge.SUM);
    merges.put(Min.ofIntegers().getClass(), SqlMerge.MIN);
    merges.put(Min.ofLongs().getClass(), SqlMerge.MIN);
    merges.put(Min.ofDoubles().getClass(), SqlMerge.MIN);
    merges.put(Max.ofIntegers().getClass(), SqlMerge.MAX);
    merges.put(Max.ofLongs().getClass(), SqlMerge.MAX);
    merges.put(Max.ofDoubles().getClass(), SqlMerge.MAX);
    return Map.copyOf(merges);
  }

  private static Class<?> coderOfMeans() {
    try {
      return Mean.<Double>of()
          .getAccumulatorCoder(CoderRegistry.createDefault(), DoubleCoder.of())
          .getClass();
    } catch (CannotProvideCoderException e) {
      throw new IllegalStateException("Beam has a coder for its own accumulators", e);
    }
  }
}
