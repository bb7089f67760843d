/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;

import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.upkeep.Compaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything is in the speed layer at first. Then batch runs take epoch after epoch over, slices
 * are folded and garbage is collected, while readers read: no answer may ever change.
 */
final class ReadersDuringRunsTest {
  private static final int READERS = 2;
  private static final int RUNS = 8;

  @TempDir Path folder;

  @Test
  void answersStayTheSameWhileBatchTakesOverFromSpeed() throws Exception {
    History history = new History(7, false);
    try (World world = new World(folder, RunnerProfile.of("direct", Map.of()))) {
      for (int run = 0; run < RUNS; run++) {
        history.ingest(world);
        history.close(world);
      }
      world.speed();
      world.check("before");
      AtomicBoolean running = new AtomicBoolean(true);
      ExecutorService threads = Executors.newFixedThreadPool(READERS);
      try {
        List<Future<Integer>> readers = new ArrayList<>();
        for (int reader = 0; reader < READERS; reader++) {
          readers.add(
              threads.submit(
                  () -> {
                    int answers = 0;
                    do {
                      world.checkRows("while runs go on, answer " + ++answers);
                    } while (running.get());
                    return answers;
                  }));
        }

        world.batchInSteps(
            through -> {
              if (through % 3 == 0) {
                world.compact(Compaction.Choice.ALL);
              }
              world.collectGarbage();
            });
        world.fullBatch();
        world.collectGarbage();
        running.set(false);

        for (Future<Integer> reader : readers) {
          assertThat("answers", reader.get(), greaterThan(RUNS));
        }
      } finally {
        running.set(false);
        threads.shutdownNow();
      }
      world.check("after");
    }
  }
}
