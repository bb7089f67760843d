/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import static java.util.Comparator.comparingInt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.FloatCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.values.KV;

/** Combine functions, each with a mistake. */
final class BrokenCombines {
  private BrokenCombines() {}

  /** The last value wins, in the order of arrival. */
  static final class Last extends CombineFn<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return -1L;
    }

    @Override
    public Long addInput(Long accumulator, Long input) {
      return input;
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> accumulators) {
      long last = -1;
      for (long each : accumulators) {
        last = each < 0 ? last : each;
      }
      return last;
    }

    @Override
    public Long extractOutput(Long accumulator) {
      return accumulator;
    }
  }

  /** A sum in a float. */
  static final class FloatSum extends CombineFn<Long, Float, Float> {
    private static final long serialVersionUID = 1L;

    @Override
    public Float createAccumulator() {
      return 0f;
    }

    @Override
    public Float addInput(Float accumulator, Long input) {
      return accumulator + 0.1f * input;
    }

    @Override
    public Float mergeAccumulators(Iterable<Float> accumulators) {
      float sum = 0;
      for (float each : accumulators) {
        sum += each;
      }
      return sum;
    }

    @Override
    public Float extractOutput(Float accumulator) {
      return accumulator;
    }

    @Override
    public Coder<Float> getAccumulatorCoder(CoderRegistry registry, Coder<Long> input) {
      return FloatCoder.of();
    }
  }

  /** What those have in common that keep all contributions. */
  private abstract static class Keeping<O> extends CombineFn<Long, List<Long>, O> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Long> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<Long> addInput(List<Long> accumulator, Long input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> all = createAccumulator();
      accumulators.forEach(all::addAll);
      return all;
    }

    @Override
    public Coder<List<Long>> getAccumulatorCoder(CoderRegistry registry, Coder<Long> input) {
      return ListCoder.of(VarLongCoder.of());
    }

    static long sum(List<Long> accumulator) {
      return accumulator.stream().mapToLong(Long::longValue).sum();
    }
  }

  /** A list in the order of arrival. */
  static final class Joined extends Keeping<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String extractOutput(List<Long> accumulator) {
      return accumulator.toString();
    }
  }

  /** Names in the order of a hash set: those of one hash code lie in the order of arrival. */
  static final class HashOrder extends Keeping<String> {
    private static final long serialVersionUID = 1L;
    private static final List<String> NAMES = List.of("AaAa", "AaBB", "BBAa", "BBBB");

    @Override
    public String extractOutput(List<Long> accumulator) {
      Set<String> names = new HashSet<>();
      accumulator.forEach(each -> names.add(NAMES.get(each.intValue() % NAMES.size())));
      return String.join(",", names);
    }
  }

  /** One accumulator for all. */
  static final class Shared extends Keeping<Long> {
    private static final long serialVersionUID = 1L;
    private final ArrayList<Long> empty = new ArrayList<>();

    @Override
    public List<Long> createAccumulator() {
      return empty;
    }

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> all = new ArrayList<>();
      accumulators.forEach(all::addAll);
      return all;
    }

    @Override
    public Long extractOutput(List<Long> accumulator) {
      return sum(accumulator);
    }
  }

  /** Empties the accumulator as it reads it. */
  static final class Draining extends Keeping<Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long extractOutput(List<Long> accumulator) {
      long sum = 0;
      while (!accumulator.isEmpty()) {
        sum += accumulator.remove(accumulator.size() - 1);
      }
      return sum;
    }

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> all = new ArrayList<>();
      for (List<Long> each : accumulators) {
        all.addAll(each);
      }
      return all;
    }
  }

  /** Its value is its accumulator. */
  static final class GivesItselfOut extends Keeping<List<Long>> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Long> addInput(List<Long> accumulator, Long input) {
      super.addInput(accumulator, input);
      accumulator.sort(null);
      return accumulator;
    }

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> all = super.mergeAccumulators(accumulators);
      all.sort(null);
      return all;
    }

    @Override
    public List<Long> extractOutput(List<Long> accumulator) {
      return accumulator;
    }
  }

  /** Merges two accumulators and forgets the others. */
  static final class MergesTwo extends Keeping<Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> all = createAccumulator();
      int merged = 0;
      for (List<Long> each : accumulators) {
        if (merged++ < 2) {
          all.addAll(each);
        }
      }
      return all;
    }

    @Override
    public Long extractOutput(List<Long> accumulator) {
      return sum(accumulator);
    }
  }

  /** Merges into the accumulator that holds the most. */
  static final class MergesIntoLargest extends Keeping<Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> largest = Collections.max(copy(accumulators), comparingInt(List::size));
      for (List<Long> each : accumulators) {
        if (each != largest) {
          largest.addAll(each);
        }
      }
      return largest;
    }

    private static List<List<Long>> copy(Iterable<List<Long>> accumulators) {
      List<List<Long>> all = new ArrayList<>();
      accumulators.forEach(all::add);
      return all;
    }

    @Override
    public Long extractOutput(List<Long> accumulator) {
      return sum(accumulator);
    }
  }

  /** Forgets how many there were when it merges. */
  static final class MeanOfMeans extends Keeping<Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> means = createAccumulator();
      for (List<Long> each : accumulators) {
        if (!each.isEmpty()) {
          means.add(extractOutput(each));
        }
      }
      return means;
    }

    @Override
    public Long extractOutput(List<Long> accumulator) {
      return accumulator.isEmpty() ? 0 : sum(accumulator) / accumulator.size();
    }
  }

  /** What a sound sum does. */
  private abstract static class Summing extends CombineFn<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long addInput(Long accumulator, Long input) {
      return accumulator + input;
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> accumulators) {
      long sum = 0;
      for (long each : accumulators) {
        sum += each;
      }
      return sum;
    }

    @Override
    public Long extractOutput(Long accumulator) {
      return accumulator;
    }
  }

  /** Counts one that is not there. */
  static final class StartsAtOne extends Summing {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 1L;
    }
  }

  /** A sum that is written with the time of its writing. */
  static final class StampedCoder extends Summing {
    private static final long serialVersionUID = 1L;

    @Override
    public Coder<Long> getAccumulatorCoder(CoderRegistry registry, Coder<Long> input) {
      return DelegateCoder.of(
          KvCoder.of(VarLongCoder.of(), VarLongCoder.of()),
          sum -> KV.of(sum, System.nanoTime()),
          (KV<Long, Long> read) -> read.getKey());
    }
  }

  /** A sum whose coder has room for a byte. */
  static final class LossyCoder extends Summing {
    private static final long serialVersionUID = 1L;

    @Override
    public Coder<Long> getAccumulatorCoder(CoderRegistry registry, Coder<Long> input) {
      return DelegateCoder.of(
          VarIntCoder.of(), sum -> (int) (sum & 0x7f), (Integer read) -> (long) read);
    }
  }
}
