/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.row.SliceRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowRangesTest {
  private static SliceRange range(long rows, long after, long through) {
    return new SliceRange(rows, new EpochRange(after, through));
  }

  @Test
  void cutsOutTheMiddle() {
    assertThat(
        RowRanges.minus(range(1, Epochs.NONE, Long.MAX_VALUE), List.of(range(1, 3, 5))),
        contains(range(1, Epochs.NONE, 3), range(1, 5, Long.MAX_VALUE)));
  }

  @Test
  void cutsOffBothEnds() {
    assertThat(
        RowRanges.minus(range(1, 2, 9), List.of(range(1, 0, 3), range(1, 8, 20))),
        contains(range(1, 3, 8)));
  }

  @Test
  void leavesNothingOfWhatIsCovered() {
    assertThat(RowRanges.minus(range(1, 2, 9), List.of(range(1, 2, 5), range(1, 5, 9))), empty());
  }

  @Test
  void leavesOtherRowSetsAlone() {
    assertThat(RowRanges.minus(range(1, 2, 9), List.of(range(2, 2, 9))), contains(range(1, 2, 9)));
  }

  @Test
  void leavesNeighboursAlone() {
    assertThat(
        RowRanges.minus(range(1, 2, 9), List.of(range(1, 9, 12), range(1, 0, 2))),
        contains(range(1, 2, 9)));
  }
}
