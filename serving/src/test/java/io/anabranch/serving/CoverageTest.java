/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static io.anabranch.serving.Coverage.Rows.WITH_THEIR_RECORDS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Provenance.Gap;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.catalog.LiveState;
import io.anabranch.catalog.LiveState.LiveSlice;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.ViewCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Gaps of slices that no run leaves behind as long as stores do what they say. */
class CoverageTest {
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
  private static final Epochs HOURS = new Epochs(Duration.ofHours(1));

  @Test
  void holeBetweenSlicesIsAGap() {
    List<String> gaps = gaps(Fixture.log(0, 9, 9), slice(Epochs.NONE, 2), slice(5, 9));

    assertThat(gaps, contains("3..5"));
  }

  @Test
  void eachHoleIsAGapOfItsOwnWhateverTheOrderOfTheSlices() {
    List<String> gaps =
        gaps(Fixture.log(0, 12, 12), slice(7, 10), slice(3, 4), slice(1, 2), slice(4, 6));

    assertThat(gaps, contains("0..1", "3..3", "7..7", "11..12"));
  }

  @Test
  void slicesThatOverlapOrHoldOneAnotherAreNoGap() {
    List<String> gaps = gaps(Fixture.log(0, 9, 9), slice(Epochs.NONE, 8), slice(1, 3), slice(5, 9));

    assertThat(gaps, empty());
  }

  @Test
  void slicesOutsideOfTheLogMakeNoGaps() {
    assertThat(gaps(Fixture.log(4, 6, 6), slice(-9, -7), slice(3, 6), slice(20, 30)), empty());
    assertThat(gaps(Fixture.log(4, 6, 6), slice(-9, -7), slice(20, 30)), contains("4..6"));
  }

  @Test
  void emptyEpochsAfterTheLastRecordAreNoGap() {
    assertThat(gaps(Fixture.log(0, 3, 50), slice(Epochs.NONE, 3)), empty());
  }

  @Test
  void completeEpochsBelowTheBeginningOfAFollowingSliceDoNotCountTwice() {
    List<String> gaps = gaps(Fixture.log(0, 9, 7), following(5, 3));

    assertThat(gaps, contains("0..7"));
  }

  @Test
  void openEpochsBelowTheBeginningOfAFollowingSliceAreAGap() {
    List<String> gaps =
        gaps(Fixture.log(0, 9, 2), slice(Epochs.NONE, 2), following(5, Epochs.NONE));

    assertThat(gaps, contains("3..5"));
  }

  @Test
  void logWithoutAClosedEpochIsCoveredByWhatFollowsIt() {
    assertThat(gaps(Fixture.log(3, 4, Epochs.NONE), following(Epochs.NONE, Epochs.NONE)), empty());
    assertThat(gaps(Fixture.log(3, 4, Epochs.NONE)), contains("3..4"));
  }

  @Test
  void gapsAreTheEpochsOfTheLogThatAreInNoSlice() {
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      long first = random.nextLong(-3, 3);
      long last = first + random.nextLong(8);
      LogEnd end = Fixture.log(first, last, first + random.nextLong(-2, 10));
      LiveSlice[] slices = slices(random);

      List<Long> found =
          Coverage.gaps(state(slices), WITH_THEIR_RECORDS, end, HOURS, NOW).stream()
              .flatMap(gap -> LongStream.rangeClosed(gap.first(), gap.last()).boxed())
              .toList();

      List<Long> uncovered =
          LongStream.rangeClosed(first, last)
              .filter(epoch -> List.of(slices).stream().noneMatch(s -> covers(s, end, epoch)))
              .boxed()
              .toList();
      assertThat("seed " + seed + ", " + end + ", " + List.of(slices), found, is(uncovered));
    }
  }

  @Test
  void timesOfAGapAreTheFirstOfItsEpochsAndTheFirstAfterThem() {
    List<Gap> gaps =
        Coverage.gaps(
            state(slice(Epochs.NONE, -3), slice(-1, 5)),
            WITH_THEIR_RECORDS,
            Fixture.log(-5, 7, 7),
            HOURS,
            NOW);

    assertThat(
        gaps,
        contains(
            new Gap(-2, -1, Instant.parse("1969-12-31T22:00:00Z"), Instant.EPOCH),
            new Gap(
                6,
                7,
                Instant.parse("1970-01-01T06:00:00Z"),
                Instant.parse("1970-01-01T08:00:00Z"))));
  }

  private static LiveSlice[] slices(Random random) {
    List<LiveSlice> slices = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      long after = random.nextLong(-5, 9);
      slices.add(slice(random.nextInt(4) == 0 ? Epochs.NONE : after, after + random.nextLong(5)));
    }
    if (random.nextBoolean()) {
      slices.add(
          following(
              random.nextBoolean() ? Epochs.NONE : random.nextLong(-4, 8),
              random.nextBoolean() ? Epochs.NONE : random.nextLong(-4, 8)));
    }
    return slices.toArray(LiveSlice[]::new);
  }

  /** What is documented, epoch by epoch. */
  private static boolean covers(LiveSlice slice, LogEnd end, long epoch) {
    return slice.slice().epochs().contains(epoch)
        && (!slice.slice().follows()
            || epoch <= slice.completeThrough().orElse(Epochs.NONE)
            || epoch > end.closedThrough());
  }

  @Test
  void openEpochsAreCoveredWhileARunIsHeardOfOrIfItEndedAtTheEndOfTheLog() {
    LogEnd end = new LogEnd(LogPosition.of("log", 17), 3, 1, 5, Epochs.NONE);
    EpochRange all = EpochRange.ALL;
    Instant seen = NOW.minusSeconds(24);
    Optional<Instant> none = Optional.empty();

    assertThat(
        "alive", gaps(end, live(all, 3, Optional.of(seen), Optional.empty())), is(List.of()));
    assertThat(
        "silent for a minute",
        gaps(end, live(all, 3, Optional.of(seen.minusSeconds(1)), Optional.empty())),
        is(List.of("4..5")));
    assertThat(
        "ended at the end of the log",
        gaps(end, live(all, 3, none, Optional.of(LogPosition.of("log", 17)))),
        is(List.of()));
    assertThat(
        "epochs have closed since, and nothing came",
        gaps(
            new LogEnd(LogPosition.of("log", 17), 6, 1, 5, Epochs.NONE),
            live(all, 3, none, Optional.of(LogPosition.of("log", 17)))),
        is(List.of()));
    assertThat(
        "and rows of windows are not there before",
        Coverage.gaps(
                state(live(all, 3, none, Optional.of(LogPosition.of("log", 17)))),
                Coverage.Rows.WITH_CLOSED_EPOCHS,
                new LogEnd(LogPosition.of("log", 17), 4, 1, 5, Epochs.NONE),
                HOURS,
                NOW)
            .size(),
        is(1));
    assertThat(
        "ended before",
        gaps(end, live(all, 3, none, Optional.of(LogPosition.of("log", 16)))),
        is(List.of("4..5")));
  }

  private static LiveSlice slice(long after, long through) {
    return live(new EpochRange(after, through), through, Optional.empty(), Optional.empty());
  }

  private static LiveSlice following(long after, long completeThrough) {
    return live(
        new EpochRange(after, Long.MAX_VALUE), completeThrough, Optional.of(NOW), Optional.empty());
  }

  private static LiveSlice live(
      EpochRange epochs,
      long completeThrough,
      Optional<Instant> seen,
      Optional<LogPosition> position) {
    Slice slice =
        new Slice(
            new SliceRange(1, epochs),
            Slice.State.SHOWN,
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty());
    OptionalLong complete =
        completeThrough == Epochs.NONE ? OptionalLong.empty() : OptionalLong.of(completeThrough);
    return new LiveSlice(slice, complete, Optional.empty(), seen, position);
  }

  private static List<String> gaps(LogEnd end, LiveSlice... slices) {
    return Coverage.gaps(state(slices), WITH_THEIR_RECORDS, end, HOURS, NOW).stream()
        .map(gap -> gap.first() + ".." + gap.last())
        .toList();
  }

  private static LiveState state(LiveSlice... slices) {
    ViewState view = new ViewState(ViewCatalog.empty("words"), 0, Map.of(), Map.of());
    return new LiveState(view, List.of(slices), Optional.empty(), 0, 0);
  }
}
