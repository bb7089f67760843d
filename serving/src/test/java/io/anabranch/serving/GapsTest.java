/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.Provenance;
import io.anabranch.api.Provenance.Gap;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.store.OpenSlice;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Which epochs of the log an answer lacks; an epoch is an hour. */
class GapsTest extends SumsOfWords {
  @Test
  void emptyLogHasNoGaps() {
    sums.batch(5);

    assertThat(gaps(Fixture.emptyLog()), empty());
  }

  @Test
  void epochsAfterTheBatchAreAGapWithoutASpeedLayer() {
    sums.batch(5);

    assertThat("closed", gaps(Fixture.log(0, 7, 7)), contains("6..7"));
    assertThat("open", gaps(Fixture.log(0, 7, 5)), contains("6..7"));
    assertThat("closed, then open", gaps(Fixture.log(0, 9, 7)), contains("6..9"));
    assertThat("none", gaps(Fixture.log(0, 5, 5)), empty());
    assertThat("closed, but without records", gaps(Fixture.log(0, 5, 9)), empty());
  }

  @Test
  void batchFromTheBeginningCoversRecordsOlderThanWhatItFound() {
    sums.batch(5);

    assertThat(gaps(Fixture.log(-3, 5, 5)), empty());
  }

  @Test
  void speedLayerCoversWhatIsCompleteInItAndWhatIsOpen() {
    sums.batch(5);
    OpenSlice speed = sums.speed();
    sums.store().complete(speed, 7);

    assertThat(gaps(Fixture.log(0, 9, 7)), empty());
    assertThat("nothing is open", gaps(Fixture.log(0, 7, 7)), empty());
  }

  @Test
  void epochsThatAreClosedButNotCompleteAreAGap() {
    sums.batch(5);
    OpenSlice speed = sums.speed();

    assertThat("none is complete", gaps(Fixture.log(0, 9, 8)), contains("6..8"));

    sums.store().complete(speed, 7);

    assertThat("8 is not complete", gaps(Fixture.log(0, 9, 8)), contains("8..8"));
    assertThat("8 and 9 are not", gaps(Fixture.log(0, 9, 9)), contains("8..9"));
    assertThat("9 holds no records", gaps(Fixture.log(0, 8, 9)), contains("8..8"));
  }

  @Test
  void speedLayerWithoutABatchCoversTheOpenEpochsOfAYoungLog() {
    sums.speed();

    assertThat(gaps(Fixture.log(3, 3, Epochs.NONE)), empty());
    assertThat(gaps(Fixture.log(3, 4, 3)), contains("3..3"));
  }

  @Test
  void speedLayerBehindTheBatchLeavesAGapOnlyAfterTheBatch() {
    OpenSlice speed = sums.speed();
    sums.store().complete(speed, 3);
    sums.batch(5);

    assertThat(gaps(Fixture.log(0, 9, 7)), contains("6..7"));
  }

  @Test
  void incrementalSlicesCoverTheirEpochsTogether() {
    sums.batch(2);
    sums.next(2, 3);
    sums.next(3, 6);

    assertThat(gaps(Fixture.log(0, 6, 6)), empty());
    assertThat(gaps(Fixture.log(0, 8, 8)), contains("7..8"));
  }

  @Test
  void incrementalSlicesTakeTheirEpochsFromTheGapsOfTheSpeedLayer() {
    sums.batch(2);
    sums.speed();
    assertThat(gaps(Fixture.log(0, 9, 7)), contains("3..7"));

    sums.next(2, 4);
    assertThat(gaps(Fixture.log(0, 9, 7)), contains("5..7"));

    sums.next(4, 7);
    assertThat(gaps(Fixture.log(0, 9, 7)), empty());
  }

  @Test
  void sliceThatWasNotPromotedCoversNothing() {
    sums.batch(2);
    sums.open(2, 6);

    assertThat(gaps(Fixture.log(0, 6, 6)), contains("3..6"));
  }

  @Test
  void kappaCoversWhatIsCompleteAndWhatIsOpen() {
    OpenSlice live = sums.follow(Architecture.KAPPA);

    assertThat(gaps(Fixture.log(0, 9, 7)), contains("0..7"));

    sums.store().complete(live, 5);

    assertThat(gaps(Fixture.log(0, 9, 7)), contains("6..7"));
    assertThat(gaps(Fixture.log(0, 9, 5)), empty());
  }

  @Test
  void logIsTheOneThatARunSawLastUnlessAnotherIsGiven() {
    sums.batch(5);
    assertThat("no run has told", gaps(sums.reader()), empty());

    sums.seen(0, 6, 6);
    assertThat(gaps(sums.reader()), contains("6..6"));

    sums.seen(0, 8, 7);
    assertThat(gaps(sums.reader()), contains("6..8"));
    assertThat("as it is", gaps(Fixture.log(0, 9, 9)), contains("6..9"));
  }

  @Test
  void logIsAskedAnewForEachAnswer() {
    sums.batch(5);
    List<LogEnd> ends = List.of(Fixture.log(0, 5, 5), Fixture.log(0, 6, 5));
    int[] asked = {0};
    ViewReader<String, Long> reader = sums.reader().against(() -> ends.get(asked[0]++));

    assertThat(gaps(reader), empty());
    assertThat(gaps(reader), contains("6..6"));
  }

  @Test
  void gapsHaveTheirTimes() {
    sums.batch(5);

    Provenance provenance =
        sums.reader().against(() -> Fixture.log(0, 7, 7)).read(Query.all()).provenance();

    assertThat(
        provenance.gaps(),
        contains(
            new Gap(
                6,
                7,
                Instant.parse("1970-01-01T06:00:00Z"),
                Instant.parse("1970-01-01T08:00:00Z"))));
  }

  @Test
  void gapsDoNotDependOnTheRangeOfTheQuery() {
    sums.batch(5);
    Query early = Query.all().to(Instant.EPOCH).keys(List.of("nobody"));

    Provenance provenance =
        sums.reader().against(() -> Fixture.log(0, 7, 7)).read(early).provenance();

    assertThat(provenance.gaps().size(), is(1));
  }

  @Test
  void strictAnswerWithGapsIsRefusedAndTellsThem() {
    sums.batch(5, sums.row(5, 0, "a", 1));
    OpenSlice speed = sums.speed();
    sums.store().complete(speed, 3);
    ViewReader<String, Long> reader = sums.reader().against(() -> Fixture.log(0, 9, 7));

    IncompleteAnswerException problem =
        assertThrows(IncompleteAnswerException.class, () -> reader.read(Query.all().asStrict()));

    assertThat(
        problem.getMessage(),
        is(
            "the answer of view \"words\" would have a gap: records ingested in"
                + " [1970-01-01T06:00:00Z, 1970-01-01T08:00:00Z) are not in it, or not all of"
                + " them"));
    assertThat(problem.provenance().gaps(), contains(gap(6, 7)));
    assertThat(problem.provenance().speedVersion(), is(OptionalLong.of(speed.version())));
  }

  @Test
  void strictRefusalListsEveryGap() {
    Provenance provenance =
        new Provenance(
            "words",
            Architecture.LAMBDA,
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(gap(1, 1), gap(3, 4)),
            0,
            0);

    assertThat(
        new IncompleteAnswerException(provenance).getMessage(),
        containsString(
            "records ingested in [1970-01-01T01:00:00Z, 1970-01-01T02:00:00Z),"
                + " [1970-01-01T03:00:00Z, 1970-01-01T05:00:00Z) are not in it"));
  }

  @Test
  void strictAnswerWithoutGapsIsGiven() {
    sums.batch(5, sums.row(5, 0, "a", 1));

    assertThat("no log is known", sums.rows(Query.all().asStrict()), contains("0 a=1"));

    sums.seen(0, 5, 5);

    assertThat(sums.rows(Query.all().asStrict()), contains("0 a=1"));
  }

  @Test
  void answerWithGapsIsGivenUnlessItIsToBeStrict() {
    sums.batch(5, sums.row(5, 0, "a", 1));
    sums.seen(0, 9, 9);

    assertThat(sums.rows(Query.all()), contains("0 a=1"));
  }

  private List<String> gaps(LogEnd end) {
    return gaps(sums.reader().against(() -> end));
  }

  private static List<String> gaps(ViewReader<String, Long> reader) {
    return reader.read(Query.all()).provenance().gaps().stream()
        .map(gap -> gap.first() + ".." + gap.last())
        .toList();
  }

  private static Gap gap(long first, long last) {
    return new Gap(
        first,
        last,
        Instant.EPOCH.plusSeconds(first * 3600),
        Instant.EPOCH.plusSeconds((last + 1) * 3600));
  }
}
