/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogPositionTest {
  private static final LogPosition ONE = position(Map.of("a", 3L, "b", 5L));

  private static LogPosition position(Map<String, Long> next) {
    return new LogPosition(new TreeMap<>(next));
  }

  @Test
  void aPartThatIsNotNamedIsAtItsBeginning() {
    assertThat(ONE.next("a"), is(3L));
    assertThat(ONE.next("c"), is(0L));
    assertThat(ONE.covers(LogPosition.START), is(true));
    assertThat(LogPosition.START.covers(ONE), is(false));
    assertThat(LogPosition.START.covers(LogPosition.of("a", 0)), is(true));
  }

  @Test
  void ordersOnlyWhatIsAheadInEachPart() {
    LogPosition ahead = position(Map.of("a", 4L, "b", 5L));
    LogPosition aside = position(Map.of("a", 9L, "b", 4L));

    assertThat(ahead.covers(ONE), is(true));
    assertThat(ONE.covers(ahead), is(false));
    assertThat(aside.covers(ONE), is(false));
    assertThat(ONE.covers(aside), is(false));
    assertThat(ONE.covers(ONE), is(true));
  }

  @Test
  void mergeIsTheFirstThatCoversBoth() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      LogPosition one = random(random);
      LogPosition other = random(random);
      LogPosition third = random(random);
      LogPosition merged = one.merge(other);
      String name = "seed " + seed + ": " + one + " and " + other;

      assertThat(name, merged.covers(one) && merged.covers(other), is(true));
      assertThat(name, other.merge(one), is(merged));
      if (third.covers(one) && third.covers(other)) {
        assertThat(name, third.covers(merged), is(true));
      }
      assertThat(name, LogPosition.parse(merged.toString()), is(merged));
    }
  }

  private static LogPosition random(Random random) {
    TreeMap<String, Long> next = new TreeMap<>();
    for (int part = random.nextInt(4); part > 0; part--) {
      next.put("p" + random.nextInt(3), (long) random.nextInt(1, 4));
    }
    return new LogPosition(next);
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "a=", "a=x", "a=1,", "=1", "a=-1", "a=1,b"})
  void refusesATextThatIsNone(String text) {
    Exception refused = assertThrows(IllegalArgumentException.class, () -> LogPosition.parse(text));

    assertThat(refused.getMessage(), containsString("\""));
  }
}
