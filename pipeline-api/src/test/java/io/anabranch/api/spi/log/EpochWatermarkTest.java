/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import io.anabranch.api.Epochs;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.junit.jupiter.api.Test;

class EpochWatermarkTest {
  private static final Epochs HOURS = new Epochs(Duration.ofHours(1));
  private static final Instant MINIMUM =
      Instant.ofEpochMilli(BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());
  private static final Instant MAXIMUM =
      Instant.ofEpochMilli(BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis());
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final long TWELVE = HOURS.at(NOON);

  private final EpochWatermark watermark =
      new EpochWatermark(HOURS, FollowRequest.fromTheBeginning());

  private static Instant at(String time) {
    return Instant.parse("2026-01-01T" + time + ":00Z");
  }

  @Test
  void standsWhileNoEpochIsClosed() {
    watermark.pending(TWELVE, Optional.of(at("12:10")));
    assertThat(watermark.current(), is(MINIMUM));

    watermark.nothingPending(Optional.of(at("12:10")));
    assertThat(watermark.current(), is(MINIMUM));
  }

  @Test
  void followsAppendTimeWithinTheOpenEpoch() {
    watermark.closed(TWELVE - 1);
    watermark.nothingPending(Optional.of(at("12:10")));
    assertThat(watermark.current(), is(at("12:10")));

    watermark.nothingPending(Optional.of(at("14:30")));
    assertThat("not past an open epoch", watermark.current(), is(lessThan(at("13:00"))));
  }

  @Test
  void passesAClosedEpochOnceNothingOfItIsLeft() {
    watermark.closed(TWELVE + 1);
    watermark.pending(TWELVE, Optional.of(at("12:20")));
    assertThat(watermark.current(), is(at("12:20")));

    watermark.nothingPending(Optional.of(at("12:40")));
    assertThat("the end of what is closed", watermark.current(), is(at("14:00")));
  }

  /** A log may assign a record to another epoch than that of its append time. */
  @Test
  void standsBeforeTheEndOfAnEpochThatIsPendingWhateverTheAppendTime() {
    watermark.closed(TWELVE + 3);
    watermark.pending(TWELVE, Optional.of(at("15:20")));
    assertThat(watermark.current(), is(lessThan(at("13:00"))));

    watermark.pending(TWELVE + 1, Optional.empty());
    assertThat(watermark.current(), is(at("13:00")));
  }

  @Test
  void heldBackItStandsBeforeTheBeginningOfItsEpoch() {
    EpochWatermark held =
        new EpochWatermark(HOURS, FollowRequest.fromTheBeginning().heldBack(Duration.ofMinutes(7)));
    held.closed(TWELVE - 1);
    held.nothingPending(Optional.of(at("12:59")));
    assertThat(held.current(), is(at("11:53")));
    assertThat(held.reached(), is(at("12:59")));

    held.ended();
    assertThat("it may go on from a checkpoint", held.reached(), is(at("12:59")));
    assertThat(held.current(), is(MAXIMUM));
  }

  @Test
  void goesOnFromACheckpoint() {
    EpochWatermark restored =
        new EpochWatermark(HOURS, FollowRequest.fromTheBeginning(), at("12:30"));

    assertThat(restored.current(), is(at("12:30")));
    restored.closed(TWELVE - 1);
    restored.nothingPending(Optional.of(at("12:10")));
    assertThat(restored.current(), is(at("12:30")));
  }

  /** Whatever a reader sees, in whichever order. */
  @Test
  void neverGoesBackNorPastAnEpochThatMayGetRecords() {
    for (long seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      EpochWatermark any = new EpochWatermark(HOURS, FollowRequest.fromTheBeginning());
      long closed = Epochs.NONE;
      Instant last = MINIMUM;
      for (int step = 0; step < 30; step++) {
        Instant time = NOON.plus(Duration.ofMinutes(random.nextInt(-600, 600)));
        boolean pending = random.nextBoolean();
        long earliest = HOURS.at(time);
        if (random.nextInt(3) == 0) {
          closed = Math.max(closed, earliest - random.nextInt(3));
          any.closed(closed);
        }
        if (pending && HOURS.end(earliest).isAfter(last)) { // it was known before
          any.pending(earliest, random.nextBoolean() ? Optional.of(time) : Optional.empty());
          last = check(any, last, seed);
          assertThat("seed " + seed, last, is(lessThan(HOURS.end(earliest))));
        } else {
          any.nothingPending(Optional.of(time));
          last = check(any, last, seed);
        }
        Instant bound = closed == Epochs.NONE ? MINIMUM : HOURS.end(closed + 1);
        assertThat("seed " + seed, last, is(lessThanOrEqualTo(bound)));
      }
    }
  }

  private static Instant check(EpochWatermark watermark, Instant last, long seed) {
    Instant now = watermark.current();
    assertThat("seed " + seed, now, is(greaterThanOrEqualTo(last)));
    return now;
  }
}
