/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.testing.CombineFnTester;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class MergePartialsTest {
  private final MergePartials<Long, Mutating.Acc> merge =
      new MergePartials<>("view", Mutating.sums());

  @Test
  void partialsMergeTheSameHoweverTheyAreDividedAndOrdered() {
    CombineFnTester.testCombineFn(
        merge,
        Arrays.asList( // the tester shuffles it
            partial(3, 1), partial(-1, 4), partial(0, 1), partial(40, 5), partial(7, 9)),
        partial(49, 20));
  }

  @Test
  void nothingMergesToTheEmptyAccumulator() {
    CombineFnTester.testCombineFn(merge, List.of(), partial(0, 0));
    assertThat(merge.createAccumulator(), is(partial(0, 0)));
  }

  @Test
  void oneMergesToItself() {
    CombineFnTester.testCombineFn(merge, List.of(partial(5, 3)), partial(5, 3));
  }

  @Test
  void randomPartialsMergeToTheirSums() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Partial<Mutating.Acc>> partials =
        IntStream.range(0, 50)
            .mapToObj(i -> partial(random.nextInt(-100, 100), random.nextInt(10)))
            .toList();
    long sum = partials.stream().mapToLong(partial -> partial.accumulator().sum).sum();
    long contributions = partials.stream().mapToLong(Partial::contributions).sum();

    Partial<Mutating.Acc> merged = merge.mergeAccumulators(partials);

    assertThat("seed " + seed, merged, is(partial(sum, contributions)));
  }

  @Test
  void functionThatChangesItsFirstAccumulatorChangesNoInput() {
    Partial<Mutating.Acc> first = partial(3, 1);
    Partial<Mutating.Acc> second = partial(4, 1);

    Partial<Mutating.Acc> added = merge.addInput(first, second);
    Partial<Mutating.Acc> merged = merge.mergeAccumulators(List.of(first, second));

    assertThat(added, is(partial(7, 2)));
    assertThat(merged, is(partial(7, 2)));
    assertThat(first, is(partial(3, 1)));
    assertThat(second, is(partial(4, 1)));
  }

  @Test
  void compactingKeepsTheContributions() {
    Partial<Mutating.Acc> compact = merge.compact(partial(3, 2));

    assertThat(compact, is(partial(3, 2)));
    assertThat(compact.accumulator().compacted, is(true));
  }

  @Test
  void coderOfThePartialsIsThatOfTheAccumulators() throws Exception {
    Coder<Partial<Long>> coder = PartialCoder.of(VarLongCoder.of());
    MergePartials<Long, Long> sums = new MergePartials<>("view", new LongSums());

    assertThat(sums.getAccumulatorCoder(CoderRegistry.createDefault(), coder), is(coder));
    assertThat(sums.getDefaultOutputCoder(CoderRegistry.createDefault(), coder), is(coder));
    CoderProperties.coderSerializable(coder);
    CoderProperties.coderDecodeEncodeEqual(coder, new Partial<>(-5L, 0));
    CoderProperties.coderDecodeEncodeEqual(coder, new Partial<>(5L, Long.MAX_VALUE));
    CoderProperties.coderDeterministic(coder, new Partial<>(5L, 7), new Partial<>(5L, 7));
    assertThat(coder, is(PartialCoder.of(VarLongCoder.of())));
    assertThat(coder, is(not(PartialCoder.of(StringUtf8Coder.of()))));
  }

  @Test
  void coderIsDeterministicOnlyIfThatOfTheAccumulatorsIs() {
    assertThrows(
        Coder.NonDeterministicException.class,
        () -> PartialCoder.of(DoubleCoder.of()).verifyDeterministic());
  }

  @Test
  void functionIsSerializable() {
    SerializableUtils.ensureSerializable(merge);
  }

  private static Partial<Mutating.Acc> partial(long sum, long contributions) {
    return new Partial<>(Mutating.acc(sum), contributions);
  }

  private static final class LongSums
      extends org.apache.beam.sdk.transforms.Combine.CombineFn<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long addInput(Long sum, Long input) {
      return sum + input;
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> sums) {
      long all = 0;
      for (long sum : sums) {
        all += sum;
      }
      return all;
    }

    @Override
    public Long extractOutput(Long sum) {
      return sum;
    }
  }
}
