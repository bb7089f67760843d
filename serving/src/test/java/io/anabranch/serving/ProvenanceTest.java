/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.Provenance;
import io.anabranch.api.Provenance.Through;
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.store.OpenSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What an answer says of itself; an epoch is an hour, so epoch 5 ends at 06:00. */
class ProvenanceTest extends SumsOfWords {
  private static final Optional<Through> EPOCH_5 =
      Optional.of(new Through(5, Instant.parse("1970-01-01T06:00:00Z")));
  private static final Optional<Through> EPOCH_7 =
      Optional.of(new Through(7, Instant.parse("1970-01-01T08:00:00Z")));

  private static final Instant HOUR_4 = Instant.parse("1970-01-01T04:00:00Z");

  @Test
  void speedBeforeTheFirstBatch() {
    OpenSlice speed = sums.speed();

    assertThat(
        provenance(), is(lambda(none(), version(speed), Optional.empty(), Optional.empty())));

    sums.store().complete(speed, 7);

    assertThat(provenance(), is(lambda(none(), version(speed), Optional.empty(), EPOCH_7)));
  }

  @Test
  void batchBeforeTheFirstSpeed() {
    OpenSlice batch = sums.batch(5);

    assertThat(provenance(), is(lambda(version(batch), none(), EPOCH_5, Optional.empty())));
  }

  @Test
  void speedAheadOfBatch() {
    OpenSlice batch = sums.batch(5);
    OpenSlice speed = sums.speed();
    sums.store().complete(speed, 7);

    assertThat(provenance(), is(lambda(version(batch), version(speed), EPOCH_5, EPOCH_7)));
  }

  @Test
  void speedBehindBatchIsCompleteThroughWhatBatchCovers() {
    OpenSlice speed = sums.speed();
    sums.store().complete(speed, 3);
    OpenSlice batch = sums.batch(5);

    assertThat(provenance(), is(lambda(version(batch), version(speed), EPOCH_5, EPOCH_5)));
  }

  @Test
  void speedThatHasJustBegunAfterBatch() {
    OpenSlice batch = sums.batch(5);
    OpenSlice speed = sums.speed();

    assertThat(provenance(), is(lambda(version(batch), version(speed), EPOCH_5, EPOCH_5)));
  }

  @Test
  void kappaHasOneVersionAndNoLine() {
    OpenSlice live = sums.follow(Architecture.KAPPA);

    assertThat(provenance(), is(kappa(live, Optional.empty())));

    sums.store().complete(live, 7);

    assertThat(provenance(), is(kappa(live, EPOCH_7)));
  }

  @Test
  void epochsBefore1970HaveTheirEnds() {
    sums.batch(-1);

    assertThat(provenance().batchThrough(), is(Optional.of(new Through(-1, Instant.EPOCH))));
  }

  @Test
  void deadLettersAreCounted() {
    OpenSlice live = sums.batch(5);
    sums.store()
        .writeDeadLetters(
            List.of(live),
            List.of(
                new DeadLetter(new LogPlace(1, "segment-1", 0), "no digit", new byte[] {'x'}),
                new DeadLetter(new LogPlace(1, "segment-1", 2), "no digit", new byte[] {'y'})));

    assertThat(provenance().deadLetters(), is(2L));
  }

  @Test
  void deadLettersOfEpochsThatCannotHoldEventsOfTheRangeAreLeftOut() {
    OpenSlice live = sums.batch(5);
    sums.store()
        .writeDeadLetters(
            List.of(live), List.of(letter(-2), letter(-1), letter(1), letter(3), letter(5)));

    assertThat("from 1969-12-31T22:30, in epoch -2", deadLetters(from("-PT1H30M")), is(5L));
    assertThat("from 1969-12-31T23:00, epoch -1 begins", deadLetters(from("-PT1H")), is(4L));
    assertThat("from 03:00, epoch 3 begins", deadLetters(from("PT3H")), is(2L));
    assertThat("from 03:59, still in epoch 3", deadLetters(from("PT3H59M")), is(2L));
    assertThat("from 04:00, epoch 4 begins", deadLetters(from("PT4H")), is(1L));
    assertThat("from 06:00, after all", deadLetters(from("PT6H")), is(0L));
    assertThat(
        "the end does not matter: late events", deadLetters(from("PT3H").to(HOUR_4)), is(2L));
    assertThat("without a start", deadLetters(Query.all().to(HOUR_4)), is(5L));
  }

  private long deadLetters(Query query) {
    return sums.read(query).provenance().deadLetters();
  }

  private static Query from(String sinceEpoch) {
    return Query.all().from(Instant.EPOCH.plus(Duration.parse(sinceEpoch)));
  }

  private static DeadLetter letter(long epoch) {
    return new DeadLetter(new LogPlace(epoch, "segment" + epoch, 0), "no digit", new byte[] {'x'});
  }

  /** Without times, of which {@link FreshnessTest} tells. */
  private Provenance provenance() {
    Provenance answer = sums.read(Query.all()).provenance();
    return new Provenance(
        answer.view(),
        answer.architecture(),
        answer.batchVersion(),
        answer.speedVersion(),
        answer.batchThrough(),
        answer.speedThrough(),
        Optional.empty(),
        Optional.empty(),
        answer.gaps(),
        answer.deadLetters(),
        answer.lateEvents());
  }

  private static Provenance lambda(
      OptionalLong batch,
      OptionalLong speed,
      Optional<Through> batchThrough,
      Optional<Through> speedThrough) {
    return new Provenance(
        "words",
        Architecture.LAMBDA,
        batch,
        speed,
        batchThrough,
        speedThrough,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        0,
        0);
  }

  private static Provenance kappa(OpenSlice live, Optional<Through> through) {
    return new Provenance(
        "words",
        Architecture.KAPPA,
        version(live),
        none(),
        Optional.empty(),
        through,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        0,
        0);
  }

  private static OptionalLong version(OpenSlice slice) {
    return OptionalLong.of(slice.version());
  }

  private static OptionalLong none() {
    return OptionalLong.empty();
  }
}
