/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import java.io.Serializable;
import java.util.Objects;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/**
 * Sums that change their accumulators in place wherever Beam lets a function do so: the one that is
 * added to, and the first of those that are merged. It refuses to touch one after it was compacted.
 */
final class Mutating extends CombineFn<Long, Mutating.Acc, Long> {
  private static final long serialVersionUID = 1L;

  int created;

  private Mutating() {}

  static Mutating sums() {
    return new Mutating();
  }

  static Acc acc(long sum) {
    Acc acc = new Acc();
    acc.sum = sum;
    return acc;
  }

  @Override
  public Acc createAccumulator() {
    created++;
    return new Acc();
  }

  @Override
  public Acc addInput(Acc acc, Long input) {
    if (acc.compacted) {
      throw new IllegalStateException("added to what was given out already");
    }
    acc.sum += input;
    return acc;
  }

  @Override
  public Acc mergeAccumulators(Iterable<Acc> accumulators) {
    Acc first = null;
    for (Acc acc : accumulators) {
      if (first == null) {
        first = acc;
      } else {
        first.sum += acc.sum;
      }
    }
    return first == null ? new Acc() : first;
  }

  @Override
  public Acc compact(Acc acc) {
    acc.compacted = true;
    return acc;
  }

  @Override
  public Long extractOutput(Acc acc) {
    return acc.sum;
  }

  @Override
  public Coder<Acc> getAccumulatorCoder(CoderRegistry registry, Coder<Long> inputCoder) {
    return SerializableCoder.of(Acc.class);
  }

  /** A sum that can change. */
  static final class Acc implements Serializable {
    private static final long serialVersionUID = 1L;
    long sum;
    boolean compacted;

    @Override
    public boolean equals(Object other) {
      return other instanceof Acc that && sum == that.sum;
    }

    @Override
    public int hashCode() {
      return Objects.hash(sum);
    }

    @Override
    public String toString() {
      return Long.toString(sum);
    }
  }
}
