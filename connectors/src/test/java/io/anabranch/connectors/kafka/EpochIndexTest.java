/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;

import io.anabranch.api.Epochs;
import io.anabranch.connectors.kafka.EpochIndex.Closing;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochIndexTest {
  private static Closing closing(long through, long... ends) {
    return new Closing(through, new Offsets(ends));
  }

  /** Begins after epoch 9; 10 has three records, 11 to 13 have none, 14 has two. */
  private final EpochIndex index =
      EpochIndex.EMPTY.plus(
          List.of(closing(9, 5, 0), closing(10, 7, 1), closing(13, 7, 1), closing(14, 7, 3)));

  @Test
  void dividesThePartitionsByTheirEnds() {
    assertThat("before the base", index.epoch(0, 4), is(Epochs.NONE));
    assertThat(index.epoch(0, 5), is(10L));
    assertThat(index.epoch(0, 6), is(10L));
    assertThat(index.epoch(0, 7), is(15L));
    assertThat(index.epoch(1, 0), is(10L));
    assertThat(index.epoch(1, 1), is(14L));
    assertThat(index.epoch(1, 2), is(14L));
    assertThat(index.epoch(1, 3), is(index.openEpoch()));
  }

  @Test
  void recordsBetweenTwoClosingsAreOfTheFirstOpenEpoch() {
    EpochIndex late = index.plus(List.of(closing(20, 9, 3)));

    assertThat(late.epoch(0, 7), is(15L));
    assertThat(late.epoch(0, 9), is(21L));
    assertThat(late.ends(15), is(new Offsets(new long[] {9, 3})));
    assertThat(late.ends(18), is(new Offsets(new long[] {9, 3})));
  }

  @Test
  void endsAreThoseOfAllEpochsThroughOne() {
    assertThat(index.ends(9), is(new Offsets(new long[] {5, 0})));
    assertThat(index.ends(10), is(new Offsets(new long[] {7, 1})));
    assertThat(index.ends(12), is(new Offsets(new long[] {7, 1})));
    assertThat(index.ends(14), is(new Offsets(new long[] {7, 3})));
    assertThat("before the base", index.ends(3), is(new Offsets(new long[] {5, 0})));
  }

  @Test
  void firstClosingOfAnEpochCounts() {
    assertThat(index.plus(List.of(closing(14, 9, 9), closing(12, 9, 9))), is(sameInstance(index)));
  }

  @Test
  void closingNeverTakesBackWhatAnotherOneClosed() {
    EpochIndex raced = index.plus(List.of(closing(15, 6, 4)));

    assertThat(raced.last().ends(), is(new Offsets(new long[] {7, 4})));
    assertThat(raced.epoch(0, 6), is(10L));
  }

  @Test
  void partitionThatIsNamedLaterBeginsThen() {
    assertThat(index.names(2), is(false));
    EpochIndex grown = index.plus(List.of(closing(15, 7, 3, 4)));

    assertThat(grown.names(2), is(true));
    assertThat(grown.epoch(2, 0), is(15L));
    assertThat(grown.epoch(2, 4), is(16L));
  }
}
