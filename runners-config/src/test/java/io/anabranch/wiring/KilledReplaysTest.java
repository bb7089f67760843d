/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static io.anabranch.wiring.KilledRun.ANY;
import static io.anabranch.wiring.KilledRun.Moment.AFTER;
import static io.anabranch.wiring.KilledRun.Moment.BEFORE;
import static io.anabranch.wiring.KilledRun.Moment.DURING;
import static io.anabranch.wiring.KilledRun.Step.PROMOTE;
import static io.anabranch.wiring.KilledRun.Step.REPLAY;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.wiring.KilledRun.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays by a changed and by an unchanged definition in processes that are killed, at calls of the
 * store and at any other moment, while purchases go on arriving: the live version is as if there
 * were none, garbage collection leaves nothing of them, and the next try gives the answers of its
 * definition.
 */
final class KilledReplaysTest {
  private static final Point AT_ANY_TIME = new Point(REPLAY, Call.NEXT_ID, "RUN", 1, DURING);
  private static final int LONGEST_MICROS = 1_500_000;
  private static final List<Point> POINTS =
      List.of(
          new Point(REPLAY, Call.COMMIT, "begin a replay", 1, AFTER),
          new Point(REPLAY, Call.WRITE, ANY, 1, DURING),
          new Point(REPLAY, Call.WRITE, ANY, 4, AFTER),
          new Point(REPLAY, Call.PROGRESS, "report", 2, AFTER),
          new Point(REPLAY, Call.COMMIT, "complete the backfill", 1, DURING),
          new Point(REPLAY, Call.COMMIT, "complete the backfill", 1, AFTER),
          new Point(REPLAY, Call.COMPLETE, ANY, 2, DURING),
          AT_ANY_TIME,
          AT_ANY_TIME,
          AT_ANY_TIME,
          AT_ANY_TIME,
          new Point(PROMOTE, Call.COMMIT, "promote", 1, BEFORE),
          new Point(PROMOTE, Call.COMMIT, "promote", 1, DURING),
          new Point(PROMOTE, Call.COMMIT, "promote", 1, AFTER));

  @TempDir Path folder;

  @Test
  void nothingOfAKilledReplayIsEverSeenAndTheNextOneIsWhole() throws Exception {
    List<Point> points = new ArrayList<>(POINTS);
    Collections.shuffle(points, new Random(5));
    long seed = System.nanoTime();
    Random random = new Random(seed);
    History history = new History(11, false, Purchases.ALL);
    int killed = 0;
    try (LifeCycle world = new LifeCycle(folder, KilledRun.runner(), Purchases.ALL)) {
      history.ingest(world);
      history.closeAllWithRecords(world);
      world.kappa(1);
      for (Point point : points) {
        history.ingest(world);
        history.close(world);
        world.kappa(1);
        int revision = point.step() == PROMOTE || random.nextBoolean() ? 2 : 1;
        if (point.step() == PROMOTE) {
          world.replay(revision, world.viewNames(), OptionalLong.empty());
        }
        long delayMicros = random.nextInt(point.equals(AT_ANY_TIME) ? LONGEST_MICROS : 4_000);
        Map<String, OptionalLong> answering = answering(world);
        CompletableFuture<Void> arrivals = CompletableFuture.runAsync(() -> history.ingest(world));
        boolean wasKilled = KilledRun.killed(folder, point, delayMicros, revision);
        arrivals.join();
        killed += wasKilled ? 1 : 0;
        String scenario =
            String.format(
                "%s, seed %d: %s of definition %d %s after %d µs",
                history.scenario(),
                seed,
                point,
                revision,
                wasKilled ? "killed" : "done",
                delayMicros);
        boolean promoted = world.learnFromStore();
        assertThat(scenario, !answering(world).equals(answering), is(promoted));
        assertThat(scenario, promoted && point.step() == REPLAY, is(false));
        world.check(scenario);

        if (!promoted) {
          history.ingest(world);
          world.kappa(1); // so that the candidate is not ahead of the live version
          world.replay(revision, world.viewNames(), OptionalLong.empty());
          world.check(scenario + ", replayed again");
          assertThat(scenario, world.promote(revision), is(true));
        }
        world.check(scenario + ", promoted");
        assertThat(scenario, world.rollback(1), is(true));
        world.check(scenario + ", rolled back");
        assertThat(scenario, world.retire(1), is(true));
        world.collectGarbageOfDead();
        world.check(scenario + ", retired");
        checkNothingElseIsLeft(world, scenario);
      }
    }
    assertThat("processes killed before they were done", killed, greaterThanOrEqualTo(9));
  }

  private static Map<String, OptionalLong> answering(LifeCycle world) {
    Map<String, OptionalLong> versions = new TreeMap<>();
    world
        .viewNames()
        .forEach(view -> versions.put(view, world.catalog().live(view).orElseThrow().base()));
    return versions;
  }

  private static void checkNothingElseIsLeft(LifeCycle world, String scenario) {
    for (ViewCatalog view : world.catalog().loadAll().values()) {
      assertThat(scenario + ", versions of " + view, view.versions().size(), is(1));
    }
  }
}
