/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.UserException;
import io.anabranch.api.definition.SqlParts;
import io.anabranch.api.definition.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * The stored accumulators of a view, in the hands of the author's own combine function. They stay
 * encoded until they are merged: a function may change what it merges, so each merge gets
 * accumulators of its own.
 *
 * @param <K> the key of a row
 * @param <A> the accumulator
 * @param <O> the value of a row
 */
public final class Accumulators<K, A, O> {
  private final ViewDefinition<?, K, ?, A, O> view;
  private final SqlParts<A> parts;

  private Accumulators(ViewDefinition<?, K, ?, A, O> view) {
    this.view = view;
    this.parts = SqlParts.of(view);
  }

  /** Handles the accumulators of a view. */
  public static <K, A, O> Accumulators<K, A, O> of(ViewDefinition<?, K, ?, A, O> view) {
    return new Accumulators<>(view);
  }

  /**
   * Returns the value of a row.
   *
   * @param encoded its accumulators, one or more
   * @throws UserException if they cannot be decoded, or the function makes no value of them
   */
  public O value(List<byte[]> encoded) {
    O value = view.combineFn().extractOutput(merged(encoded));
    if (value == null) {
      throw new UserException(
          "view \"%s\": the combine function %s gave null, which is no value of a row: return a value from extractOutput whatever was added"
              .formatted(view.name(), view.combineFn().getClass().getName()));
    }
    return value;
  }

  /**
   * Returns one accumulator that folds what all of them fold, encoded.
   *
   * @throws UserException if they cannot be decoded
   */
  public byte[] merge(List<byte[]> encoded) {
    if (encoded.size() == 1) {
      return encoded.get(0);
    }
    try {
      return CoderUtils.encodeToByteArray(
          view.accumulatorCoder(), view.combineFn().compact(merged(encoded)));
    } catch (CoderException e) {
      throw new UserException(
          "an accumulator of view \"%s\" cannot be encoded by %s: %s"
              .formatted(view.name(), view.accumulatorCoder(), e.getMessage()),
          e);
    }
  }

  /**
   * Returns what SQL can merge of an accumulator, empty if it is nothing.
   *
   * @throws UserException if it cannot be decoded
   */
  public Optional<String> part(byte[] encoded) {
    try {
      return parts.of(encoded);
    } catch (CoderException | RuntimeException e) {
      throw undecodable(view.accumulatorCoder(), e);
    }
  }

  /**
   * Returns the key of a row.
   *
   * @throws UserException if it cannot be decoded
   */
  public K key(byte[] encoded) {
    return decode(view.keyCoder(), encoded);
  }

  private A merged(List<byte[]> encoded) {
    if (encoded.size() == 1) {
      return decode(view.accumulatorCoder(), encoded.get(0));
    }
    List<A> accumulators = new ArrayList<>(1 + encoded.size());
    accumulators.add(view.combineFn().createAccumulator());
    encoded.forEach(bytes -> accumulators.add(decode(view.accumulatorCoder(), bytes)));
    return view.combineFn().mergeAccumulators(accumulators);
  }

  private <T> T decode(Coder<T> coder, byte[] bytes) {
    try {
      return CoderUtils.decodeFromByteArray(coder, bytes);
    } catch (CoderException | RuntimeException e) { // coders throw either on bytes not theirs
      throw undecodable(coder, e);
    }
  }

  private UserException undecodable(Coder<?> coder, Exception cause) {
    return new UserException(
        "a stored row of view \"%s\" cannot be decoded by %s: raise the view's revision(...) when a coder changes, and compute it again"
            .formatted(view.name(), coder),
        cause);
  }
}
