/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.api.Epochs.NONE;
import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.Garbage;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.contracts.TestClock;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GarbageTest extends OpenStore {
  private static final Duration GRACE = Duration.ofHours(1);
  private static final Duration DEAD_AFTER = Duration.ofMinutes(10);
  private static final Duration TICK = Duration.ofMillis(1);
  private static final Garbage NOTHING = new Garbage(0, 0, 0);
  private static final LogEnd LOG = new LogEnd(LogPosition.of("log", 1), 5, 1, 5, NONE);

  private final TestClock clock = new TestClock();

  @Override
  TestStore open(Path path) {
    return Stores.open(path, clock);
  }

  @Test
  void whatIsLiveIsNeverRemovedHoweverStrictTheRules() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.next(store, 5, 7, row(7, 0, "a", 2));
    Stores.speed(store, row(8, 0, "a", 4));
    OpenSlice kappa = store.openStream(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);
    store.write(kappa, List.of(row(1, 0, "a", 8)));
    clock.advance(Duration.ofDays(1_000));
    List<String> catalog = Stores.catalog(store);

    Garbage garbage = store.collectGarbage(new GarbageRules(Duration.ZERO, Duration.ZERO, false));

    assertThat(garbage, is(NOTHING));
    assertThat(Stores.catalog(store), is(catalog));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2", "speed 0 a=4"));
    assertThat(Stores.read(store, "k"), contains("batch 0 a=8"));
    store.write(kappa, List.of(row(2, 0, "a", 16))); // its run is not fenced
  }

  @Test
  void slicesOfARunAreKeptUntilItHasNotBeenHeardOfForLong() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    store.openScratch(store.beginRun("verify"), ref(VIEW, 1), new EpochRange(NONE, 7));

    clock.advance(DEAD_AFTER.minus(TICK));
    assertThat(collect(), is(NOTHING));
    clock.advance(TICK);
    assertThat(collect(), is(new Garbage(1, 2, 1)));

    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 1 rows"));
  }

  @Test
  void runThatIsHeardOfIsAlive() {
    Stores.batch(store, 5);
    OpenSlice slice = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    for (int i = 0; i < 5; i++) {
      clock.advance(DEAD_AFTER.minus(TICK));
      store.heartbeat(slice.run(), "log-a", LOG);

      assertThat(collect(), is(NOTHING));
    }

    store.publish(List.of(slice));

    assertThat(Stores.read(store), contains("batch 0 a=2"));
  }

  @Test
  void whatARunLeftThatEndedIsGarbageAtOnce() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice left = Stores.openNext(store, 5, 7, row(7, 0, "a", 2), row(7, 0, "b", 2));
    OpenSlice others = Stores.openNext(store, 5, 7, row(7, 0, "a", 4));

    store.endRun(left.run());

    assertThat(collect(), is(new Garbage(0, 1, 2)));
    store.publish(List.of(others));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=4"));
  }

  @Test
  void runThatEndedLeavesWhatItPromoted() {
    OpenSlice slice = Stores.batch(store, 5, row(5, 0, "a", 1));
    store.endRun(slice.run());

    assertThat(collect(), is(NOTHING));

    assertThat(Stores.read(store), contains("batch 0 a=1"));
  }

  @Test
  void replacedVersionsAreKeptForTheirGrace() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.next(store, 5, 7, row(7, 0, "a", 2), row(7, 0, "b", 2));
    clock.advance(GRACE.multipliedBy(9)); // it is its replacement that counts
    Stores.batch(store, 7, row(7, 0, "a", 3));

    clock.advance(GRACE.minus(TICK));
    assertThat(collect(), is(NOTHING));
    clock.advance(TICK);
    assertThat(collect(), is(new Garbage(1, 2, 3)));

    assertThat(Stores.catalog(store), contains("live batch (.., 7] shown, 1 rows"));
    assertThat(Stores.read(store), contains("batch 0 a=3"));
  }

  @Test
  void foldedSlicesAreKeptForTheirGraceAndTheFoldForEver() {
    List<Long> slices =
        List.of(
            Stores.batch(store, 5, row(5, 0, "a", 1)).rows(),
            Stores.next(store, 5, 7, row(7, 0, "a", 2)).rows());
    OpenSlice fold = Stores.fold(store, 7, slices);
    store.compact(fold);
    store.endRun(fold.run());

    clock.advance(GRACE.minus(TICK));
    assertThat(collect(), is(NOTHING));
    clock.advance(TICK);
    assertThat(collect(), is(new Garbage(0, 2, 2)));

    assertThat(Stores.catalog(store), contains("live batch (.., 7] shown, 1 rows"));
    assertThat(Stores.read(store), contains("batch 0 a=3"));
  }

  @Test
  void speedVersionOfAnotherDefinitionIsKeptForItsGrace() {
    Stores.speed(store, row(1, 0, "a", 1), row(9, 0, "a", 2));
    OpenSlice batch =
        store.openBatch(store.beginRun("batch"), ref(VIEW, 2), new EpochRange(NONE, 5));
    store.publish(List.of(batch));

    assertThat(collect(), is(NOTHING));
    clock.advance(GRACE);

    assertThat(collect(), is(new Garbage(1, 1, 2)));
    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 0 rows"));
  }

  @Test
  void absorbedSpeedRowsAreGarbageAtOnce() {
    Stores.speed(store, row(4, 0, "a", 1), row(5, 0, "a", 2), row(6, 0, "a", 4));
    Stores.batch(store, 5, row(5, 0, "a", 3));

    assertThat(collect(), is(new Garbage(0, 0, 2)));

    assertThat(Stores.read(store), contains("batch 0 a=3", "speed 0 a=4"));
  }

  @Test
  void whatAFormerCollectionLeftUnfinishedIsRemoved() throws Exception {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice slice = Stores.openNext(store, 5, 7, row(7, 0, "a", 2), row(7, 0, "b", 4));
    try (Connection other = Stores.plain(folder.resolve("views.db"))) {
      Stores.execute(
          other, "DELETE FROM anabranch_row WHERE slice = " + slice.rows() + " AND key_text = 'a'");
    }

    store.endRun(slice.run());

    assertThat(collect(), is(new Garbage(0, 1, 1)));

    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 1 rows"));
  }

  /** All kinds of garbage, more rows of some than go in one transaction. */
  @Test
  void dryRunCountsTheSameAndRemovesNothing() {
    OpenSlice speed = Stores.speed(store);
    store.write(speed, many(11_001));
    Stores.batch(store, 3, row(3, 0, "a", 1));
    List<Long> slices =
        List.of(
            Stores.batch(store, 5, row(5, 0, "a", 1)).rows(),
            Stores.next(store, 5, 7, row(7, 0, "a", 2)).rows());
    store.compact(Stores.fold(store, 7, slices));
    OpenSlice left =
        store.openBatch(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(NONE, 7));
    store.write(left, many(10_000));
    clock.advance(GRACE);
    List<String> catalog = Stores.catalog(store);
    List<String> answer = Stores.read(store);

    Garbage counted = store.collectGarbage(new GarbageRules(GRACE, DEAD_AFTER, true));
    assertThat(Stores.catalog(store), is(catalog));
    Garbage removed = collect();

    assertThat(counted, is(new Garbage(2, 4, 10_000 + 1 + 2 + 11_001)));
    assertThat(removed, is(counted));
    assertThat(Stores.read(store), is(answer));
    assertThat(
        Stores.catalog(store),
        contains("live speed (7, ..) shown, 0 rows", "live batch (.., 7] shown, 1 rows"));
    assertThat("nothing is left", collect(), is(NOTHING));
  }

  @Test
  void runThatWakesUpAfterwardsIsFencedAndALaterOneIsNot() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice slice = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    clock.advance(DEAD_AFTER);
    collect();
    store.heartbeat(slice.run(), "log-a", LOG);

    UserException writing =
        assertThrows(UserException.class, () -> store.write(slice, List.of(row(7, 0, "b", 4))));
    UserException promoting =
        assertThrows(UserException.class, () -> store.publish(List.of(slice)));
    store.discard(List.of(slice));

    for (UserException problem : List.of(writing, promoting)) {
      assertThat(
          problem.getMessage(),
          containsString("run " + slice.run() + " is fenced and cannot write"));
    }
    assertThat(Stores.read(store), contains("batch 0 a=1"));
    Stores.next(store, 5, 7, row(7, 0, "a", 8));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=8"));
  }

  /** Else a run that wakes up in between could promote what is left of its rows. */
  @Test
  void sliceIsFencedBeforeItsFirstRowGoes() throws Exception {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    clock.advance(GRACE);
    Stores.requireFences(folder.resolve("views.db"));

    assertThat(collect(), is(new Garbage(1, 2, 2)));
  }

  @Test
  void foldOfADeadRunIsRefusedAndItsSlicesAnswerOn() {
    List<Long> slices =
        List.of(
            Stores.batch(store, 5, row(5, 0, "a", 1)).rows(),
            Stores.next(store, 5, 7, row(7, 0, "a", 2)).rows());
    OpenSlice fold = Stores.fold(store, 7, slices);
    clock.advance(DEAD_AFTER);

    assertThat(collect(), is(new Garbage(0, 1, 1)));

    assertThrows(UserException.class, () -> store.compact(fold));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2"));
  }

  @Test
  void emptyStoreHasNoGarbage() {
    assertThat(collect(), is(NOTHING));
  }

  private Garbage collect() {
    return store.collectGarbage(new GarbageRules(GRACE, DEAD_AFTER, false));
  }

  private static List<StoredRow> many(int rows) {
    List<StoredRow> many = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      many.add(row(3, i, "a", 1));
    }
    return many;
  }
}
