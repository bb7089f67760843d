/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EpochsTest {
  private static final Epochs HOURS = new Epochs(Duration.ofHours(1));

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 0",
    "1970-01-01T00:59:59.999999999Z, 0",
    "1970-01-01T01:00:00Z, 1",
    "1969-12-31T23:59:59.999999999Z, -1",
    "1969-12-31T23:00:00Z, -1",
    "1969-12-31T22:59:59.999Z, -2"
  })
  void intervalsAreHalfOpenOnBothSidesOf1970(String time, long epoch) {
    assertThat(HOURS.at(Instant.parse(time)), is(epoch));
  }

  @Test
  void endOfAnEpochIsTheStartOfTheNext() {
    assertThat(HOURS.start(-1), is(Instant.parse("1969-12-31T23:00:00Z")));
    assertThat(HOURS.end(-1), is(Instant.EPOCH));
    assertThat(HOURS.start(0), is(Instant.EPOCH));
    assertThat(HOURS.end(0), is(Instant.parse("1970-01-01T01:00:00Z")));
  }

  @Test
  void everyTimeLiesInItsEpoch() {
    long seed = 11;
    Random random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      Epochs epochs = new Epochs(Duration.ofMillis(1_000 + random.nextInt(100_000_000)));
      Instant time =
          Instant.ofEpochSecond(
              random.nextLong(-60_000_000_000L, 60_000_000_000L), random.nextInt(1_000_000_000));
      long epoch = epochs.at(time);
      String message = "seed " + seed + ": " + time + " in " + epochs + " is of epoch " + epoch;

      assertThat(message, !time.isBefore(epochs.start(epoch)), is(true));
      assertThat(message, time.isBefore(epochs.end(epoch)), is(true));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.999S", "PT-1S", "PT-0.001S", "PT1.0000001S"})
  void lengthBelowOneSecondOrNotInMillisecondsIsRefused(String length) {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> new Epochs(Duration.parse(length)));

    assertThat(
        problem.getMessage(),
        is("epoch length is " + length + ": it must be 1 s or longer, in whole milliseconds"));
  }

  @Test
  void lengthBeyondTheRangeOfMillisecondsIsRefused() {
    IllegalArgumentException problem =
        assertThrows(
            IllegalArgumentException.class, () -> new Epochs(Duration.ofSeconds(Long.MAX_VALUE)));

    assertThat(problem.getMessage(), containsString("epoch length is PT"));
  }

  @Test
  void epochsBeyondTheRangeOfTimeNeverWrapAround() {
    assertThrows(ArithmeticException.class, () -> HOURS.start(Long.MAX_VALUE));
    assertThrows(ArithmeticException.class, () -> HOURS.end(Long.MAX_VALUE));
    assertThrows(ArithmeticException.class, () -> HOURS.start(Epochs.NONE));
    assertThrows(ArithmeticException.class, () -> HOURS.at(Instant.MAX));
  }
}
