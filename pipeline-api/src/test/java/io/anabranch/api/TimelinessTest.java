/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimelinessTest {
  private static final Epochs HOURS = new Epochs(Duration.ofHours(1));
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();

  private final Timeliness timeliness =
      new Timeliness(Duration.ofMinutes(10), Duration.ofHours(3), Duration.ofMinutes(1));

  @Test
  void windowIsCompleteWithTheFirstEpochThatEndsItsLatenessLater() {
    assertThat(timeliness.completeWith(HOURS, 2 * HOUR - 10 * MINUTE), is(1L));
    assertThat(timeliness.completeWith(HOURS, 2 * HOUR - 10 * MINUTE + 1), is(2L));
    assertThat(timeliness.completeWith(HOURS, 0), is(0L));
    assertThat(timeliness.completeWith(HOURS, -10 * MINUTE), is(-1L));
    assertThat(timeliness.completeWith(HOURS, -10 * MINUTE + 1), is(0L));
  }

  @Test
  void eventIsLateByTheBeginningOfItsEpochAndAheadByItsEnd() {
    assertThat(timeliness.isOnTime(HOURS, 5, 5 * HOUR - 10 * MINUTE), is(true));
    assertThat(timeliness.isOnTime(HOURS, 5, 5 * HOUR - 10 * MINUTE - 1), is(false));
    assertThat(timeliness.firstOnTime(HOURS, 5), is(5 * HOUR - 10 * MINUTE));
    assertThat(timeliness.isOnTime(HOURS, 5, 6 * HOUR + MINUTE - 1), is(true));
    assertThat(timeliness.isOnTime(HOURS, 5, 6 * HOUR + MINUTE), is(false));
    assertThat(timeliness.firstAhead(HOURS, 5), is(6 * HOUR + MINUTE));
  }

  @Test
  void linesOfAllLayersFitTogether() {
    Random random = new Random(4);
    for (int i = 0; i < 10_000; i++) {
      Timeliness some =
          new Timeliness(
              Duration.ofMillis(random.nextLong(5 * HOUR)),
              Duration.ofMillis(1 + random.nextLong(5 * HOUR)),
              Duration.ofMillis(random.nextLong(HOUR)));
      long through = random.nextLong(-5, 5);
      long end = some.line(HOURS, through) + random.nextLong(-2 * HOUR, 2 * HOUR);
      String told = some + ", epoch " + through + ", window end " + end;

      boolean ownedByBatch = some.completeWith(HOURS, end) <= through;
      assertThat(told, ownedByBatch, is(end <= some.line(HOURS, through)));

      long epoch = random.nextLong(-9, 9);
      long event = end - 1 - random.nextLong(some.lookback().toMillis());
      if (!ownedByBatch && some.isOnTime(HOURS, epoch, event)) {
        assertThat(told, epoch, greaterThanOrEqualTo(some.readAfter(HOURS, through) + 1));
      }
      if (event <= some.countedInThrough(HOURS, through)) {
        assertThat(told + ", event " + event, ownedByBatch, is(true));
      }
    }
  }

  @Test
  void nothingIsReadBeforeTheBeginning() {
    assertThat(timeliness.readAfter(HOURS, Epochs.NONE), is(Epochs.NONE));
    assertThat(timeliness.countedInThrough(HOURS, Epochs.NONE), is(Long.MIN_VALUE));
  }

  @Test
  void refusesDurationsThatAreNone() {
    IllegalArgumentException negative =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Timeliness(Duration.ofSeconds(-1), Duration.ofHours(1), Duration.ZERO));
    assertThat(
        negative.getMessage(),
        is("lateness is PT-1S: it must be from PT0S to PT240000H, in whole milliseconds"));
    IllegalArgumentException zero =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Timeliness(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    assertThat(zero.getMessage(), containsString("lookback is PT0S"));
  }
}
