/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.Provenance;
import io.anabranch.api.Provenance.Through;
import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.LogPlace;
import io.anabranch.api.spi.SliceRef;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.beam.sdk.transforms.Sum;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an answer says of itself; an epoch is an hour, so epoch 5 ends at 06:00. */
class ProvenanceTest {
  private static final Optional<Through> EPOCH_5 =
      Optional.of(new Through(5, Instant.parse("1970-01-01T06:00:00Z")));
  private static final Optional<Through> EPOCH_7 =
      Optional.of(new Through(7, Instant.parse("1970-01-01T08:00:00Z")));

  @TempDir Path folder;
  private Fixture<long[], Long> sums;

  @BeforeEach
  void open() {
    sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()));
  }

  @AfterEach
  void close() {
    sums.close();
  }

  @Test
  void speedBeforeTheFirstBatch() {
    SliceRef speed = sums.speed();

    assertThat(
        provenance(), is(lambda(none(), version(speed), Optional.empty(), Optional.empty())));

    sums.store().complete(speed, 7);

    assertThat(provenance(), is(lambda(none(), version(speed), Optional.empty(), EPOCH_7)));
  }

  @Test
  void batchBeforeTheFirstSpeed() {
    SliceRef batch = sums.batch(5);

    assertThat(provenance(), is(lambda(version(batch), none(), EPOCH_5, Optional.empty())));
  }

  @Test
  void speedAheadOfBatch() {
    SliceRef batch = sums.batch(5);
    SliceRef speed = sums.speed();
    sums.store().complete(speed, 7);

    assertThat(provenance(), is(lambda(version(batch), version(speed), EPOCH_5, EPOCH_7)));
  }

  @Test
  void speedBehindBatchIsCompleteThroughWhatBatchCovers() {
    SliceRef speed = sums.speed();
    sums.store().complete(speed, 3);
    SliceRef batch = sums.batch(5);

    assertThat(provenance(), is(lambda(version(batch), version(speed), EPOCH_5, EPOCH_5)));
  }

  @Test
  void speedThatHasJustBegunAfterBatch() {
    SliceRef batch = sums.batch(5);
    SliceRef speed = sums.speed();

    assertThat(provenance(), is(lambda(version(batch), version(speed), EPOCH_5, EPOCH_5)));
  }

  @Test
  void kappaHasOneVersionAndNoLine() {
    SliceRef live = sums.follow(Architecture.KAPPA);

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
    sums.batch(5);
    sums.store()
        .writeDeadLetters(
            List.of(
                new DeadLetter(new LogPlace(1, "segment-1", 0), "no digit", new byte[] {'x'}),
                new DeadLetter(new LogPlace(1, "segment-1", 2), "no digit", new byte[] {'y'})));

    assertThat(provenance().deadLetters(), is(2L));
  }

  private Provenance provenance() {
    return sums.read(Query.all()).provenance();
  }

  private static Provenance lambda(
      OptionalLong batch,
      OptionalLong speed,
      Optional<Through> batchThrough,
      Optional<Through> speedThrough) {
    return new Provenance(
        "words", Architecture.LAMBDA, batch, speed, batchThrough, speedThrough, 0);
  }

  private static Provenance kappa(SliceRef live, Optional<Through> through) {
    return new Provenance(
        "words", Architecture.KAPPA, version(live), none(), Optional.empty(), through, 0);
  }

  private static OptionalLong version(SliceRef slice) {
    return OptionalLong.of(slice.version());
  }

  private static OptionalLong none() {
    return OptionalLong.empty();
  }
}
