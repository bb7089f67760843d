/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.contracts.TestClock;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far runs have read the log, and how fast. */
final class ReadingsTest {
  @TempDir Path folder;

  @Test
  void readingIsReportedUntilAnotherRunTakesOver() throws Exception {
    try (TestStore store = Stores.open(folder.resolve("views.db"))) {
      OpenSlice live = store.openStream(store.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA);
      store.beginReading(List.of(live), 2);
      store.addReading(List.of(live), 4, 1_000, 10);
      store.addReading(List.of(live), 3, 500, 5);

      ReadProgress reading = store.readings(live.run()).get(0);
      store.takeOver(store.beginRun("kappa"), ref(VIEW, 1), live.version());
      store.addReading(List.of(live), 9, 9_000, 90);

      assertThat(reading.after(), is(2L));
      assertThat(reading.through(), is(4L));
      assertThat(reading.bytes(), is(1_500L));
      assertThat(reading.records(), is(15L));
      assertThat(readings(store, live.version()), contains(1_500L));
    }
  }

  /** A candidate would seem to have read what only the live version has. */
  @Test
  void sharedSlicesHaveNoReadingOfTheRunThatFollowsTheLog() throws Exception {
    try (TestStore store = Stores.open(folder.resolve("views.db"))) {
      OpenSlice live = store.openStream(store.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA);
      store.beginReading(List.of(live), 2);
      store.addReading(List.of(live), 9, 1_000, 10);
      store.complete(live, 5);

      OpenSlice backfill =
          store
              .beginReplay(
                  store.beginRun("replay"),
                  List.of(new ReplayPlan(ref(VIEW, 1), new EpochRange(4, 5))))
              .get(0);
      store.beginReading(List.of(backfill), 4, true);

      assertThat(readings(store, live.version()), contains(1_000L));
      assertThat(readings(store, backfill.version()), contains(0L));
    }
  }

  private static List<Long> readings(TestStore store, long version) {
    return store.requireVersion(version).readings().stream().map(ReadProgress::bytes).toList();
  }

  @Test
  void rateOfReadingIsThatOfLately() throws Exception {
    TestClock clock = new TestClock();
    try (TestStore timed = Stores.open(folder.resolve("timed.db"), clock)) {
      OpenSlice live = timed.openStream(timed.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA);
      timed.beginReading(List.of(live), 2);
      clock.advance(Duration.ofSeconds(14)); // until a pipeline has started
      timed.addReading(List.of(live), 3, 50_000, 1);
      double unknown = rate(timed, live);
      clock.advance(Duration.ofSeconds(2));
      timed.addReading(List.of(live), 3, 7_000, 1); // another worker began before the first report
      double tooSoon = rate(timed, live);
      clock.advance(Duration.ofSeconds(2));
      timed.addReading(List.of(live), 3, 1_000, 1);
      double first = rate(timed, live);

      clock.advance(Duration.ofHours(10)); // nothing arrives
      timed.addReading(List.of(live), 4, 9_000, 1);
      double afterAPause = rate(timed, live);
      for (int second = 0; second < 200; second++) {
        clock.advance(Duration.ofSeconds(1));
        timed.addReading(List.of(live), 4, 500, 1);
      }

      assertThat(unknown, is(0.0));
      assertThat(tooSoon, is(0.0));
      assertThat(first, is(2_000.0));
      assertThat(afterAPause, is(0.0));
      assertThat(rate(timed, live), is(closeTo(500, 10)));
      clock.advance(Duration.ofSeconds(1));
      for (int second = 0; second < 200; second++) {
        clock.advance(Duration.ofSeconds(1));
        timed.addReading(List.of(live), 4, 50, 1);
      }
      assertThat("slower", rate(timed, live), is(closeTo(60, 15)));
      ReadProgress reading = timed.readings(live.run()).get(0);
      assertThat(reading.bytes(), is(67_000L + 200 * 500 + 200 * 50));
      assertThat("silent for hours, so dead", reading.ended(), is(true));
      timed.heartbeat(live.run());
      assertThat(timed.readings(live.run()).get(0).ended(), is(false));
      timed.endRun(live.run());
      assertThat(timed.readings(live.run()).get(0).ended(), is(true));
    }
  }

  @Test
  void rateOfAHistoryThatIsHeldBackIsNotThatOfAMoment() throws Exception {
    TestClock clock = new TestClock();
    try (TestStore timed = Stores.open(folder.resolve("timed.db"), clock)) {
      OpenSlice history =
          timed
              .beginReplay(
                  timed.beginRun("replay"),
                  List.of(new ReplayPlan(ref(VIEW, 1), new EpochRange(Epochs.NONE, 5))))
              .get(0);
      timed.beginReading(List.of(history), Epochs.NONE, true);

      for (int chunk = 0; chunk < 3; chunk++) {
        clock.advance(Duration.ofSeconds(36)); // for all of a chunk
        timed.addReading(List.of(history), 3, 36_000, 3_600);
      }

      assertThat(rate(timed, history), is(1_000.0));
    }
  }

  private static double rate(TestStore store, OpenSlice slice) {
    return store.readings(slice.run()).get(0).perSecond(LogDistance.Unit.BYTES);
  }
}
