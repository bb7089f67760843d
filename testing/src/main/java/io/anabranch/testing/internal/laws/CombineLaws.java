/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.laws;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * The laws that a combine function must keep, so that its value does not depend on how
 * contributions are divided: those of a commutative monoid, as Beam's {@code CombineFn} asks, and
 * that accumulators survive their coder and a merge.
 *
 * @param <V> a contribution
 * @param <A> the accumulator
 * @param <O> the value
 */
public final class CombineLaws<V, A, O> {
  private static final int TRIES = 40;
  private static final int PAIRS = 50;
  private static final int FEW = 3;

  private final CombineFn<V, A, O> function;
  private final Coder<A> coder;
  private final Supplier<List<V>> contributions;
  private final double within;
  private final Random random;

  private CombineLaws(
      CombineFn<V, A, O> function,
      Coder<A> coder,
      Supplier<List<V>> contributions,
      double within,
      long seed) {
    this.function = function;
    this.coder = coder;
    this.contributions = contributions;
    this.within = within;
    this.random = new Random(seed);
  }

  /**
   * Tries the laws.
   *
   * @param coder of the accumulators
   * @param contributions of one row; asked for anew each time, as a function may change them
   * @param within the relative difference of numbers that does not count, 0 to 1
   * @return which law is broken, with an example, in one sentence; empty if none is
   */
  public static <V, A, O> Optional<String> broken(
      CombineFn<V, A, O> function,
      Coder<A> coder,
      Supplier<List<V>> contributions,
      double within,
      long seed) {
    return new CombineLaws<>(function, coder, contributions, within, seed).broken();
  }

  /**
   * Tries the laws of a function that has no empty accumulator: it must be commutative and
   * associative.
   *
   * @see #broken(CombineFn, Coder, Supplier, double, long)
   */
  public static <V, A, O> Optional<String> brokenOrder(
      CombineFn<V, A, O> function,
      Coder<A> coder,
      Supplier<List<V>> contributions,
      double within,
      long seed) {
    CombineLaws<V, A, O> laws = new CombineLaws<>(function, coder, contributions, within, seed);
    return laws.commutative().or(laws::associative).or(laws::shuffled);
  }

  private Optional<String> broken() {
    return fresh()
        .or(this::pure)
        .or(this::kept)
        .or(this::unmerged)
        .or(this::identity)
        .or(this::commutative)
        .or(this::associative)
        .or(this::shuffled)
        .or(this::roundTrip)
        .or(this::compacted);
  }

  private A fold(List<V> values) {
    A accumulator = function.createAccumulator();
    for (V value : values) {
      accumulator = function.addInput(accumulator, value);
    }
    return accumulator;
  }

  private O value(A accumulator) {
    return function.extractOutput(accumulator);
  }

  private boolean agree(Object one, Object other) {
    return Values.agree(one, other, within);
  }

  private Optional<String> fresh() {
    String before;
    try {
      before = Values.text(value(function.createAccumulator()));
    } catch (RuntimeException e) { // no row is made of nothing, so nothing may have no value
      return Optional.empty();
    }
    fold(contributions.get());
    String after = Values.text(value(function.createAccumulator()));
    return differ(
        before,
        after,
        "createAccumulator() returns an accumulator that was added to before: its value was %s, and is %s; make a new one each time");
  }

  private Optional<String> identity() {
    O alone = value(fold(contributions.get()));
    O before =
        value(
            function.mergeAccumulators(
                Arrays.asList(function.createAccumulator(), fold(contributions.get()))));
    O after =
        value(
            function.mergeAccumulators(
                Arrays.asList(fold(contributions.get()), function.createAccumulator())));
    String law =
        "an empty accumulator is no identity: without it the value is %s, merged with it %s";
    return agree(alone, before) ? differ(alone, after, law) : differ(alone, before, law);
  }

  private List<Integer> all() {
    return IntStream.range(0, contributions.get().size()).boxed().toList();
  }

  /** Of two alone; more in another order depend on how they are divided, too. */
  private Optional<String> commutative() {
    List<Integer> all = all();
    return IntStream.range(1, Math.min(all.size(), PAIRS))
        .mapToObj(second -> turned(all.subList(second - 1, second + 1)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What shows in no two and in no division, as of three that are the same in any other order. */
  private Optional<String> shuffled() {
    List<Integer> all = all();
    return IntStream.range(0, TRIES)
        .mapToObj(attempt -> turned(all))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Folds some contributions in their order, and in another. */
  private Optional<String> turned(List<Integer> some) {
    List<Integer> other = new ArrayList<>(some);
    if (some.size() == 2) {
      Collections.swap(other, 0, 1);
    } else {
      Collections.shuffle(other, random);
    }
    return differ(
        value(fold(pick(some))),
        value(fold(pick(other))),
        "%s: contributions in the order %s make %%s, in the order %s %%s"
            .formatted(
                some.size() == 2 ? "it is not commutative" : "it depends on the order",
                Values.text(pick(some)).replace("%", "%%"),
                Values.text(pick(other)).replace("%", "%%")));
  }

  private List<V> pick(List<Integer> places) {
    return places.stream().map(contributions.get()::get).toList();
  }

  /** Three alone make the shortest example; more may be needed, as for a sum in a float. */
  private Optional<String> associative() {
    List<Integer> all = all();
    return Stream.concat(
            IntStream.range(2, Math.min(all.size(), PAIRS))
                .mapToObj(third -> all.subList(third - 2, third + 1)),
            IntStream.range(0, TRIES).mapToObj(attempt -> all))
        .map(this::divided)
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Folds some contributions one after the other, and in parts that are merged. */
  private Optional<String> divided(List<Integer> some) {
    List<List<V>> parts = new ArrayList<>();
    List<V> part = new ArrayList<>();
    parts.add(part);
    for (V contribution : pick(some)) {
      if (!part.isEmpty() && random.nextInt(some.size() <= FEW ? 2 : 3) == 0) {
        part = new ArrayList<>();
        parts.add(part);
      }
      part.add(contribution);
    }
    String shown = Values.text(parts).replace("%", "%%");
    return differ(
        value(fold(pick(some))),
        value(merged(parts)),
        "it is not associative: contributions added one after the other make %%s, and folded in the parts %s that are merged then %%s"
            .formatted(shown));
  }

  /** Merges all at once, or two by two. */
  private A merged(List<List<V>> parts) {
    List<A> accumulators = new ArrayList<>();
    parts.forEach(part -> accumulators.add(fold(part)));
    if (random.nextBoolean()) {
      return function.mergeAccumulators(accumulators);
    }
    while (accumulators.size() > 1) {
      int at = random.nextInt(accumulators.size() - 1);
      A second = accumulators.remove(at + 1);
      accumulators.set(at, function.mergeAccumulators(Arrays.asList(accumulators.get(at), second)));
    }
    return accumulators.get(0);
  }

  private Optional<String> pure() {
    A accumulator = fold(contributions.get());
    O first = value(accumulator);
    String text = Values.text(first);
    O second = value(accumulator);
    if (!agree(first, second) || !text.equals(Values.text(first))) {
      return Optional.of(
          "extractOutput changes the accumulator: asked twice, it says %s and %s"
              .formatted(text, Values.text(second)));
    }
    return Optional.empty();
  }

  /** A value that was given out must not change as its accumulator does. */
  private Optional<String> kept() {
    A accumulator = fold(contributions.get());
    O given = value(accumulator);
    String text = Values.text(given);
    for (V contribution : contributions.get()) {
      accumulator = function.addInput(accumulator, contribution);
    }
    return differ(
        text,
        Values.text(given),
        "extractOutput returns a part of the accumulator: the value was %s, and is %s once more was added; return a copy");
  }

  /**
   * A merge may change its first accumulator only; the others are not to change then, nor as more
   * is added to what it made (Beam's {@code CombineFn.mergeAccumulators}).
   */
  private Optional<String> unmerged() {
    A other = fold(contributions.get());
    String before = Values.text(value(other));
    A merged =
        function.mergeAccumulators(
            Arrays.asList(function.createAccumulator(), other, function.createAccumulator()));
    for (V contribution : contributions.get()) {
      merged = function.addInput(merged, contribution);
    }
    return differ(
        before,
        Values.text(value(other)),
        "mergeAccumulators returns an accumulator that is not its first, or a part of it: the value of that one was %s, and is %s once more was added; copy it");
  }

  /**
   * Decoded accumulators are merged and read, never added to; and empty ones are not encoded, as no
   * row is made of nothing.
   */
  private Optional<String> roundTrip() {
    List<V> all = contributions.get();
    int half = (all.size() + 1) / 2;
    try {
      A twice = fold(contributions.get());
      if (!Arrays.equals(
          CoderUtils.encodeToByteArray(coder, twice), CoderUtils.encodeToByteArray(coder, twice))) {
        return Optional.of(
            "the coder of its accumulator, %s, is not deterministic: it encodes one accumulator in different ways"
                .formatted(coder));
      }
      A first = copy(fold(contributions.get().subList(0, half)));
      A second =
          half == all.size()
              ? function.createAccumulator()
              : copy(fold(contributions.get().subList(half, all.size())));
      A accumulator = function.mergeAccumulators(Arrays.asList(first, second));
      return differ(
          value(fold(all)),
          value(copy(accumulator)),
          "its accumulator does not survive its coder, %s: the value is %%s, and %%s once accumulators were encoded and decoded"
              .formatted(coder.toString().replace("%", "%%")));
    } catch (CoderException | RuntimeException e) {
      return Optional.of("its accumulator does not survive its coder, " + coder + ": " + e);
    }
  }

  private A copy(A accumulator) throws CoderException {
    return CoderUtils.decodeFromByteArray(coder, CoderUtils.encodeToByteArray(coder, accumulator));
  }

  private Optional<String> compacted() {
    return differ(
        value(fold(contributions.get())),
        value(function.compact(fold(contributions.get()))),
        "compact changes the value, from %s to %s");
  }

  private Optional<String> differ(Object one, Object other, String law) {
    return agree(one, other)
        ? Optional.empty()
        : Optional.of(String.format(law, Values.text(one), Values.text(other)));
  }
}
