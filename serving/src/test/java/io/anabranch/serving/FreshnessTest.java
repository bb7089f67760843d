/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Provenance;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.transition.SlicePlan;
import io.anabranch.contracts.TestClock;
import io.anabranch.contracts.store.InMemoryStore;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.transforms.Sum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How old an answer is. */
class FreshnessTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;

  @Test
  void freshnessIsTheTimeSinceARowOfAnySliceWasLastWritten() {
    Provenance provenance =
        readAt(NOON, NOON.minusSeconds(90), NOON.minusSeconds(30), NOON.minusSeconds(60));

    assertThat(provenance.updated(), is(Optional.of(NOON.minusSeconds(30))));
    assertThat(provenance.freshness(), is(Optional.of(Duration.ofSeconds(30))));
  }

  @Test
  void slicesWithoutRowsHaveNoFreshness() {
    Provenance provenance = readAt(NOON);

    assertThat(provenance.updated(), is(Optional.empty()));
    assertThat(provenance.freshness(), is(Optional.empty()));
  }

  @Test
  void writersClockThatIsAheadMakesFreshnessNegative() {
    Provenance provenance = readAt(NOON, NOON.plusSeconds(2));

    assertThat(provenance.freshness(), is(Optional.of(Duration.ofSeconds(-2))));
  }

  @Test
  void storeTellsWhenARowWasLastWritten() {
    try (Fixture<long[], Long> sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()))) {
      Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      sums.batch(5, sums.row(5, 0, "a", 1));
      sums.write(sums.speed(), sums.row(6, 0, "a", 1));
      Instant after = Instant.now();

      Instant updated = sums.read(Query.all()).provenance().updated().orElseThrow();
      Provenance later =
          sums.reader().at(clock(updated.plusSeconds(90))).read(Query.all()).provenance();

      assertThat(updated, allOf(greaterThanOrEqualTo(before), lessThanOrEqualTo(after)));
      assertThat(later.freshness(), is(Optional.of(Duration.ofSeconds(90))));
    }
  }

  @Test
  void sliceThatHasNotBeenWrittenToHasNoTime() {
    try (Fixture<long[], Long> sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()))) {
      sums.speed();

      assertThat(sums.read(Query.all()).provenance().updated(), is(Optional.empty()));
    }
  }

  @Test
  void rowsThatDoNotAnswerYetDoNotCount() {
    try (Fixture<long[], Long> sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()))) {
      sums.speed();
      sums.open(Epochs.NONE, 6, sums.row(6, 0, "a", 1));

      assertThat(sums.read(Query.all()).provenance().updated(), is(Optional.empty()));
    }
  }

  @Test
  void clockAndLogMayBeSetInAnyOrder() {
    try (Fixture<long[], Long> sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()))) {
      sums.batch(5, sums.row(5, 0, "a", 1));

      Provenance one =
          sums.reader()
              .at(clock(NOON))
              .against(() -> Fixture.log(0, 7, 7))
              .read(Query.all())
              .provenance();
      Provenance other =
          sums.reader()
              .against(() -> Fixture.log(0, 7, 7))
              .at(clock(NOON))
              .read(Query.all())
              .provenance();

      assertThat(one, is(other));
      assertThat(one.gaps().size(), is(1));
    }
  }

  private static Provenance readAt(Instant now, Instant... updated) {
    ViewDefinition<String, String, Long, long[], Long> view = Fixture.words(Sum.ofLongs());
    TestClock clock = new TestClock();
    try (InMemoryStore store = new InMemoryStore(clock);
        TestStore written = new TestStore(store, clock)) {
      long after = Epochs.NONE;
      for (long epoch = 0; epoch <= updated.length; epoch++) {
        SlicePlan plan = new SlicePlan(Fixture.ref(view), new EpochRange(after, epoch));
        OpenSlice slice = written.openBatch(written.beginRun("batch"), List.of(plan)).get(0);
        if (epoch > 0) { // the first slice has no rows
          clock.set(updated[(int) epoch - 1]);
          written.write(slice, List.of(Fixture.row(view, epoch, 0, "a", 1)));
        }
        written.publish(List.of(slice));
        after = epoch;
      }
      return ViewReader.of(store, view).at(clock(now)).read(Query.all()).provenance();
    }
  }

  private static Clock clock(Instant now) {
    return Clock.fixed(now, ZoneOffset.UTC);
  }
}
