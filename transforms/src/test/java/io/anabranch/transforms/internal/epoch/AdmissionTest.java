/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final Epochs HOURS = new Epochs(Duration.ofHours(1));
  private static final long HOUR = Duration.ofHours(1).toMillis();

  @Test
  void admitsWhatComesInTime() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      Timeliness some =
          new Timeliness(
              Duration.ofMillis(random.nextLong(3)),
              Duration.ofMillis(1 + random.nextLong(3)),
              Duration.ofMillis(random.nextLong(3)));
      long epoch = random.nextLong(-2, 3);
      long time = (epoch + random.nextLong(2)) * HOUR + random.nextLong(-4, 5);

      Admission admission = Admission.of(HOURS, some, Epochs.NONE, Epochs.NONE);

      String told = some + ", epoch " + epoch + ", time " + time;
      assertThat(told, admission.admits(epoch, time), is(some.isOnTime(HOURS, epoch, time)));
      assertThat(told, admission.isLate(epoch, time), is(time < some.firstOnTime(HOURS, epoch)));
    }
  }

  @Test
  void wholeRunCountsInWhatCanOnlyBelongToItsOwnWindows() {
    Timeliness timeliness =
        new Timeliness(Duration.ofMinutes(10), Duration.ofMinutes(30), Duration.ZERO);
    Admission whole = Admission.of(HOURS, timeliness, Epochs.NONE, 5);
    long line = 6 * HOUR - Duration.ofMinutes(10).toMillis();
    long lookback = Duration.ofMinutes(30).toMillis();

    assertThat("late", whole.admits(5, 0), is(true));
    assertThat("late, of a later epoch", whole.admits(6, 0), is(false));
    assertThat("ahead", whole.admits(0, line - lookback), is(true));
    assertThat("ahead, near the line", whole.admits(0, line - lookback + 1), is(false));
    assertThat("in time", whole.admits(5, line), is(true));
  }

  @Test
  void tellsOfEventsOnlyInEpochsThatNobodyHasReported() {
    Timeliness prompt = new Timeliness(Duration.ZERO, Duration.ofHours(1), Duration.ZERO);
    Admission admission = Admission.of(HOURS, prompt, 4, Epochs.NONE);

    assertThat(admission.leavesOut(5, 0), is(true));
    assertThat(admission.leavesOut(5, 5 * HOUR), is(false));
    assertThat("read again for the lookback", admission.leavesOut(4, 0), is(false));
  }
}
