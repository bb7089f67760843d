/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class EpochRangeTest {

  @Test
  void holdsItsEndButNotTheEpochBeforeIt() {
    EpochRange range = new EpochRange(-2, 1);

    assertThat(range.contains(-2), is(false));
    assertThat(range.contains(-1), is(true));
    assertThat(range.contains(1), is(true));
    assertThat(range.contains(2), is(false));
  }

  @Test
  void rangeFromTheBeginningHoldsAllEpochsThroughItsEnd() {
    EpochRange range = new EpochRange(Epochs.NONE, 5);

    assertThat(range.contains(Long.MIN_VALUE + 1), is(true));
    assertThat(range.contains(5), is(true));
    assertThat(range.contains(6), is(false));
  }

  @Test
  void rangeMayBeEmpty() {
    assertThat(new EpochRange(3, 3).contains(3), is(false));
    assertThat(new EpochRange(Epochs.NONE, Epochs.NONE).contains(Epochs.NONE), is(false));
  }

  @Test
  void backwardsIsRefused() {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> new EpochRange(3, 2));

    assertThat(problem.getMessage(), is("epochs (3, 2] are backwards"));
  }

  @Test
  void textIsAnInterval() {
    assertThat(new EpochRange(3, 7).toString(), is("(3, 7]"));
    assertThat(new EpochRange(Epochs.NONE, 7).toString(), is("(.., 7]"));
    assertThat(new EpochRange(3, Long.MAX_VALUE).toString(), is("(3, ..)"));
  }
}
