/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static io.anabranch.wiring.KilledRun.ANY;
import static io.anabranch.wiring.KilledRun.Moment.AFTER;
import static io.anabranch.wiring.KilledRun.Moment.BEFORE;
import static io.anabranch.wiring.KilledRun.Moment.DURING;
import static io.anabranch.wiring.KilledRun.Step.BATCH;
import static io.anabranch.wiring.KilledRun.Step.COMPACT;
import static io.anabranch.wiring.KilledRun.Step.FULL_BATCH;
import static io.anabranch.wiring.KilledRun.Step.GC;
import static io.anabranch.wiring.KilledRun.Step.SPEED;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;

import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.wiring.KilledRun.Point;
import io.anabranch.wiring.upkeep.Compaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories in which processes are killed in the middle of a batch run, of a promotion, of a
 * speed run, of a compaction: whatever was half done is not seen, and doing it again makes it
 * whole.
 */
final class KilledRunsTest {
  private static final List<Point> POINTS =
      List.of(
          new Point(BATCH, Call.COMMIT, "open batch", 1, AFTER),
          new Point(BATCH, Call.WRITE, ANY, 1, AFTER),
          new Point(BATCH, Call.WRITE, ANY, 3, DURING),
          new Point(BATCH, Call.SNAPSHOT, "scan", 2, AFTER),
          new Point(BATCH, Call.COMMIT, "publish", 1, BEFORE),
          new Point(BATCH, Call.COMMIT, "publish", 1, DURING),
          new Point(BATCH, Call.COMMIT, "publish", 1, DURING),
          new Point(BATCH, Call.COMMIT, "publish", 1, AFTER),
          new Point(BATCH, Call.COMMIT, "sweep", 2, DURING),
          new Point(FULL_BATCH, Call.WRITE, ANY, 2, AFTER),
          new Point(FULL_BATCH, Call.COMMIT, "publish", 1, DURING),
          new Point(FULL_BATCH, Call.HEARTBEAT, "ENDED", 1, BEFORE),
          new Point(SPEED, Call.COMMIT, "open speed", 1, DURING),
          new Point(SPEED, Call.WRITE, ANY, 1, DURING),
          new Point(SPEED, Call.WRITE, ANY, 2, AFTER),
          new Point(SPEED, Call.COMPLETE, ANY, 2, DURING),
          new Point(COMPACT, Call.COMMIT, "open compaction", 1, AFTER),
          new Point(COMPACT, Call.WRITE, ANY, 1, AFTER),
          new Point(COMPACT, Call.COMMIT, "compact", 1, DURING),
          new Point(COMPACT, Call.COMMIT, "compact", 2, AFTER),
          new Point(GC, Call.NEXT_ID, "RUN", 1, DURING));

  private static final int PER_HISTORY = 3;

  @TempDir Path folder;

  @Test
  void nothingHalfDoneIsEverSeenAndDoingItAgainMakesItWhole() throws Exception {
    List<Point> points = new ArrayList<>(POINTS);
    Collections.shuffle(points, new Random(3));
    int killed = 0;
    for (int first = 0; first < points.size(); first += PER_HISTORY) {
      Path place = Files.createDirectory(folder.resolve("history-" + first));
      killed += tell(place, first, points.subList(first, first + PER_HISTORY));
    }
    assertThat("processes killed before they were done", killed, greaterThanOrEqualTo(12));
  }

  /** Returns how many processes were killed. */
  private static int tell(Path place, long seed, List<Point> points) throws Exception {
    Random random = new Random(seed);
    History history = new History(seed, false, Purchases.ALL);
    int killed = 0;
    try (World world = new World(place, KilledRun.runner())) {
      world.views(Purchases.ALL);
      history.ingest(world);
      history.close(world);
      history.ingest(world);
      history.close(world);
      while (!world.hasClosedEpochs()) {
        history.close(world);
      }
      world.batch();
      for (Point point : points) {
        history.ingest(world);
        world.speed();
        history.close(world);
        if (point.step() == COMPACT) {
          world.batch();
        }
        if (point.step() == SPEED) {
          history.ingest(world); // so that there is something to write
        }
        long delayMicros = random.nextInt(4_000);
        boolean wasKilled = KilledRun.killed(place, point, delayMicros);
        killed += wasKilled ? 1 : 0;
        String scenario =
            history.scenario()
                + " "
                + point
                + (wasKilled ? " killed" : " done")
                + ", "
                + delayMicros;
        world.learnFromStore();
        if (point.step() != SPEED) { // which may have stored a part of what it read
          world.check(scenario);
        }
        doAgain(world, point);
        world.check(scenario + ", done again");
        world.collectGarbageOfDead();
        world.check(scenario + ", done again, gc");
        world.checkNothingHidden(scenario);
      }
    }
    return killed;
  }

  private static void doAgain(World world, Point point) {
    switch (point.step()) {
      case BATCH -> world.batch();
      case FULL_BATCH -> world.fullBatch();
      case SPEED -> world.speed();
      case COMPACT -> world.compact(Compaction.Choice.ALL);
      default -> world.collectGarbage();
    }
  }
}
