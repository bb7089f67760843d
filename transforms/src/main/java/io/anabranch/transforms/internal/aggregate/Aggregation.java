/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.AuthorException;
import io.anabranch.api.KeyText;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.SqlParts;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * How a view folds contributions, and how keys and accumulators are bytes. Where code of the author
 * throws, the error names the view.
 *
 * @param <K> the key
 * @param <V> one contribution
 * @param <A> the accumulator
 */
public final class Aggregation<K, V, A> implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String STEP = "combine";

  private final String view;
  private final Coder<K> keyCoder;
  private final Coder<A> accumulatorCoder;
  private final CombineFn<V, A, ?> combineFn;
  private final SqlParts<A> parts;

  private Aggregation(
      String view, Coder<K> keyCoder, Coder<A> accumulatorCoder, CombineFn<V, A, ?> combineFn) {
    this.view = view;
    this.keyCoder = keyCoder;
    this.accumulatorCoder = accumulatorCoder;
    this.combineFn = combineFn;
    this.parts = SqlParts.of(combineFn, accumulatorCoder);
  }

  /** Returns that of a view. */
  public static <K, V, A> Aggregation<K, V, A> of(CombinedDefinition<?, K, V, A, ?> view) {
    return of(view.name(), view.keyCoder(), view.accumulatorCoder(), view.combineFn());
  }

  static <K, V, A> Aggregation<K, V, A> of(
      String view, Coder<K> keyCoder, Coder<A> accumulatorCoder, CombineFn<V, A, ?> combineFn) {
    return new Aggregation<>(view, keyCoder, accumulatorCoder, combineFn);
  }

  /** Returns the readable forms of the keys. */
  KeyTexts<K> keyTexts() {
    return new KeyTexts<>(view, keyCoder);
  }

  /** Returns what is equal for equal keys. */
  Object structural(K key) {
    try {
      return keyCoder.structuralValue(key);
    } catch (RuntimeException e) { // of a coder that does not take it, such as null
      throw refused(key, e);
    }
  }

  K key(byte[] encoded) throws IOException {
    return CoderUtils.decodeFromByteArray(keyCoder, encoded);
  }

  A create() {
    return combineFn.createAccumulator();
  }

  /** Adds a contribution; the accumulator that is given is no longer used. */
  A add(K key, A accumulator, V contribution) {
    try {
      return combineFn.addInput(accumulator, contribution);
    } catch (RuntimeException | StackOverflowError e) {
      throw refused(key, e);
    }
  }

  /** Merges accumulators; those that are given are no longer used. */
  A merge(A first, A second) {
    try {
      return combineFn.mergeAccumulators(List.of(first, second));
    } catch (RuntimeException | StackOverflowError e) {
      throw AuthorException.of(view, STEP, "accumulators of one key", e);
    }
  }

  /** Returns the same accumulator in the form in which it is stored. */
  A compact(A accumulator) {
    try {
      return combineFn.compact(accumulator);
    } catch (RuntimeException | StackOverflowError e) {
      throw AuthorException.of(view, STEP, "an accumulator", e);
    }
  }

  byte[] encode(A accumulator) {
    try {
      return CoderUtils.encodeToByteArray(accumulatorCoder, accumulator);
    } catch (IOException e) {
      throw AuthorException.of(view, STEP, "an accumulator", e);
    }
  }

  /** Returns what to throw where code of the author does not take a key, or a value of it. */
  AuthorException refused(K key, Throwable error) {
    return AuthorException.of(view, STEP, "key " + KeyText.of(key), error);
  }

  /** Returns what SQL can merge of an accumulator, empty if it is nothing. */
  Optional<String> part(byte[] accumulator) throws IOException {
    try {
      return parts.of(accumulator);
    } catch (RuntimeException | StackOverflowError e) {
      throw AuthorException.of(view, STEP, "an accumulator", e);
    }
  }

  A decode(byte[] accumulator) throws IOException {
    return CoderUtils.decodeFromByteArray(accumulatorCoder, accumulator);
  }
}
