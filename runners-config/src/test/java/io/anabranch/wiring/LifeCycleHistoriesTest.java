/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.anabranch.runners.RunnerProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories of one store that serves by Lambda and by Kappa in turn, with replays, whole and
 * partial, promotions, rollbacks and runs that die; after every step, the live version equals a
 * plain fold by the definition that answers.
 */
final class LifeCycleHistoriesTest {
  private static final RunnerProfile DIRECT =
      RunnerProfile.of("direct", Map.of("targetParallelism", "2"));

  @TempDir Path folder;
  private final Map<String, Integer> done = new ConcurrentSkipListMap<>();

  @Test
  void answersAreThoseOfTheDefinitionThatIsLive() throws Exception {
    List<String> failures = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<String>> histories = new ArrayList<>();
      for (long seed = 1; seed <= 50; seed++) {
        int views = seed % 2 == 0 ? Purchases.WINDOWED_FROM : Purchases.ALL;
        LifeCycleHistory history = new LifeCycleHistory(seed, views);
        histories.add(threads.submit(() -> tell(history, 16, DIRECT)));
      }
      for (Future<String> history : histories) {
        if (!history.get().isEmpty()) {
          failures.add(history.get());
        }
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(failures, empty());
    for (String step :
        List.of(
            "batch", "speed", "kappa", "replay", "replay from", "promote", "rollback", "retire")) {
      assertThat(step + " of " + done, done.getOrDefault(step, 0), greaterThan(10));
    }
  }

  @Test
  void answersAreThoseOfTheDefinitionThatIsLiveOnFlink() throws Exception {
    RunnerProfile flink = RunnerProfile.of("flink-local", Map.of("parallelism", "2"));
    assertThat(tell(new LifeCycleHistory(7, Purchases.ALL), 14, flink), is(""));
  }

  /** Returns what went wrong, empty if nothing did. */
  private String tell(LifeCycleHistory history, int steps, RunnerProfile runner)
      throws IOException {
    Path place = Files.createTempDirectory(folder, "history");
    try {
      history.run(place, steps, runner);
      history.done().forEach((step, times) -> done.merge(step, times, Integer::sum));
      return "";
    } catch (AssertionError | RuntimeException e) {
      return history.scenario() + ": " + e;
    }
  }
}
