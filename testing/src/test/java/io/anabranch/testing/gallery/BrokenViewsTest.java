/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import static io.anabranch.testing.gallery.Kit.fails;
import static io.anabranch.testing.gallery.Kit.kit;
import static io.anabranch.testing.gallery.Kit.message;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.MaterializedView;
import java.time.Duration;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Mistakes that authors make, each found within the default budget, and its cause named. */
@Execution(ExecutionMode.CONCURRENT)
final class BrokenViewsTest {

  @Test
  void soundView() {
    assertThat(view(new BrokenFns.Parse(), Sum.ofLongs()), kit());
  }

  @Test
  void counterInFieldOfDoFn() {
    fails(view(new BrokenFns.Counter(), Sum.ofLongs()), "which others are in its bundle");
  }

  @Test
  void firstOfEachKeyInFieldOfDoFn() {
    fails(view(new BrokenFns.FirstOfKey(), Sum.ofLongs()), "which others are in its bundle");
  }

  @Test
  void firstOfEachKeyInBundle() {
    fails(view(new BrokenFns.FirstInBundle(), Sum.ofLongs()), "which others are in its bundle");
  }

  @Test
  void bufferThatIsNotGivenOutAtTheEndOfTheBundle() {
    fails(view(new BrokenFns.Buffer(), Sum.ofLongs()), "which others are in its bundle");
  }

  @Test
  void sideEffectInTransform() {
    fails(
        view(new BrokenFns.SeenBefore(), Sum.ofLongs()),
        "changes from one time to the next",
        "Static fields that may change, which workers do not share: SeenBefore.SEEN");
  }

  @Test
  void transformThatFailsIsReportedInALine() {
    assertThat(
        message(view(new BrokenFns.Failing(), Sum.ofLongs())),
        containsString(
            "view \"broken\" is refused: its transform fails on one of the events:"
                + " java.lang.IllegalStateException: no key, at "
                + BrokenFns.Failing.class.getName()));
  }

  @Test
  void firstBundleOfAWorkerIsAnother() {
    // Each bundle of a schedule is another worker's, so no answer is wrong.
    assertThat(
        message(view(new BrokenFns.FirstBundle(), Sum.ofLongs())),
        containsString("depends on what its worker did before"));
  }

  @Test
  void clockInTransform() {
    fails(view(new BrokenFns.Clock(), Sum.ofLongs()), "It reads a clock");
  }

  @Test
  void randomInTransform() {
    fails(view(new BrokenFns.Dice(), Sum.ofLongs()), "something random");
  }

  @Test
  void timestampInsteadOfWindow() {
    fails(view(new BrokenFns.HourOfTimestamp(), Sum.ofLongs()), "No typical cause");
  }

  @Test
  void lastValueWinsWithoutTime() {
    fails(view(new BrokenFns.Parse(), new BrokenCombines.Last()), "it is not commutative");
  }

  @Test
  void sumInFloat() {
    // It is not associative; with few numbers, only another order may show it.
    fails(
        view(new BrokenFns.Parse(), new BrokenCombines.FloatSum()), "of the combine function: it ");
  }

  @Test
  void meanOfMeans() {
    fails(view(new BrokenFns.Parse(), new BrokenCombines.MeanOfMeans()), "it is not associative");
  }

  @Test
  void listInOrderOfArrival() {
    fails(view(new BrokenFns.Parse(), new BrokenCombines.Joined()), "it is not commutative");
  }

  @Test
  void sharedAccumulator() {
    fails(
        view(new BrokenFns.Parse(), new BrokenCombines.Shared()),
        "createAccumulator() returns an accumulator that was added to before");
  }

  @Test
  void emptyAccumulatorThatCounts() {
    fails(
        view(new BrokenFns.Parse(), new BrokenCombines.StartsAtOne()),
        "an empty accumulator is no identity");
  }

  @Test
  void extractOutputThatDrainsTheAccumulator() {
    assertThat(
        message(view(new BrokenFns.Parse(), new BrokenCombines.Draining())),
        containsString("extractOutput changes the accumulator"));
  }

  @Test
  void mutableAccumulatorGivenOut() {
    // No answer is wrong: the reader gives a value out, and is done with its accumulator.
    assertThat(
        message(view(new BrokenFns.Parse(), new BrokenCombines.GivesItselfOut())),
        containsString("extractOutput returns a part of the accumulator"));
  }

  @Test
  void accumulatorThatIsChangedAfterItsMerge() {
    // No answer is wrong, as long as the runner needs none of the merged accumulators again.
    assertThat(
        message(view(new BrokenFns.Parse(), new BrokenCombines.MergesIntoLargest())),
        containsString("mergeAccumulators returns an accumulator that is not its first"));
  }

  @Test
  void accumulatorCoderThatStampsTheTime() {
    assertThat(
        message(view(new BrokenFns.Parse(), new BrokenCombines.StampedCoder())),
        containsString("is not deterministic: it encodes one accumulator in different ways"));
  }

  @Test
  void coderThatLosesAPartOfTheAccumulator() {
    fails(
        view(new BrokenFns.Parse(), new BrokenCombines.LossyCoder()),
        "its accumulator does not survive its coder");
  }

  @Test
  void mergeThatForgetsAllButTwo() {
    fails(view(new BrokenFns.Parse(), new BrokenCombines.MergesTwo()), "it is not associative");
  }

  @Test
  void orderOfHashSet() {
    fails(view(new BrokenFns.Collide(), new BrokenCombines.HashOrder()), "it is not commutative");
  }

  @Test
  void keyCoderInOrderOfIteration() {
    MaterializedView<String, ?, Long> view =
        MaterializedView.of(String.class, "broken")
            .bucket(Duration.ofHours(1))
            .contributions(BrokenCoders.KEYS_IN_ORDER_OF_ITERATION)
            .combine(Sum.ofLongs());

    // Each architecture has two rows of one key: they agree, and none is right.
    assertThat(message(view), containsString("is not deterministic: key ["));
  }

  @Test
  void eventCoderThatLosesSomething() {
    assertThat(
        assertThrows(
                AssertionError.class,
                () ->
                    assertThat(
                        view(new BrokenFns.Parse(), Sum.ofLongs()),
                        kit().coder(BrokenCoders.FIRST_FOUR)))
            .getMessage(),
        containsString("the coder of the events loses something: "));
  }

  private static <O> MaterializedView<String, String, O> view(
      DoFn<String, KV<String, Long>> contributions, CombineFn<Long, ?, O> combineFn) {
    return MaterializedView.of(String.class, "broken")
        .bucket(Duration.ofHours(1))
        .contributions(ParDo.of(contributions))
        .combine(combineFn);
  }
}
