/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;

import io.anabranch.runners.RunnerProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories of ingesting, closing, batch runs (incremental and full), speed and Kappa runs,
 * compactions, garbage collections and restarts, on a real log and real stores; after every step,
 * all answers of combined and of windowed views equal a plain fold of what each layer has read.
 * Every other history calls the authors' functions where records are decoded.
 */
final class RandomHistoriesTest {
  /** Partial rows in memory: so many that all fit, a few, one. */
  private static final List<Integer> BYTES = List.of(32 << 20, 2_000, 1);

  private static RunnerProfile direct(long seed) {
    return RunnerProfile.of(
        "direct",
        Map.of(
            "targetParallelism", "2",
            "fuseContributions", Boolean.toString(seed % 2 == 0),
            "partialRowBytes", BYTES.get((int) (seed % BYTES.size())).toString()));
  }

  @TempDir Path folder;
  private final Map<String, Integer> done = new ConcurrentSkipListMap<>();

  @Test
  void everyLambdaAnswerEqualsThePlainFold() throws Exception {
    lambdaHistories(60);
  }

  @Test
  @Tag("night")
  void everyLambdaAnswerEqualsThePlainFoldAllNight() throws Exception {
    lambdaHistories(1_000);
  }

  /** Runs so many histories of combined views, and as many of both kinds of view. */
  private void lambdaHistories(int count) throws Exception {
    List<Callable<String>> histories = new ArrayList<>();
    LongStream.rangeClosed(1, count)
        .forEach(seed -> histories.add(() -> tell(new History(seed, false), 12, direct(seed))));
    LongStream.rangeClosed(2_001, 2_000 + count)
        .forEach(seed -> histories.add(() -> tell(bothKinds(seed, false), 12, direct(seed))));
    assertThat(failuresOf(histories), empty());
    for (String step : List.of("batch", "full batch", "speed", "fold", "gc", "verify")) {
      assertThat(step, done.get(step), greaterThan(count / 4));
    }
  }

  @Test
  void everyAnswerOfBothArchitecturesEqualsThePlainFold() throws Exception {
    RunnerProfile checked = RunnerProfile.of("direct", Map.of("enforceImmutability", "true"));
    List<Callable<String>> histories = new ArrayList<>();
    LongStream.rangeClosed(5_001, 5_012)
        .forEach(seed -> histories.add(() -> tell(bothKinds(seed, true), 10, checked)));
    assertThat(failuresOf(histories), empty());
  }

  /** Steps of views throw on some events; those are dead letters of the view, and in no answer. */
  @Test
  void everyAnswerLacksNothingButWhatStepsThrowOn() throws Exception {
    List<Callable<String>> histories = new ArrayList<>();
    LongStream.rangeClosed(7_001, 7_030)
        .forEach(seed -> histories.add(() -> tell(History.withRefused(seed), 10, direct(seed))));
    RunnerProfile flink = RunnerProfile.of("flink-local", Map.of("parallelism", "2"));
    histories.add(() -> tell(History.withRefused(7_100), 8, flink));
    assertThat(failuresOf(histories), empty());
    assertThat("redrive", done.get("redrive"), greaterThan(5));
  }

  @Test
  void everyAnswerEqualsThePlainFoldOnFlink() throws Exception {
    RunnerProfile flink = RunnerProfile.of("flink-local", Map.of("parallelism", "2"));
    assertThat(failuresOf(List.of(() -> tell(bothKinds(99, true), 14, flink))), empty());
  }

  private static History bothKinds(long seed, boolean withKappa) {
    return new History(seed, withKappa, Purchases.ALL);
  }

  /** Returns what went wrong, empty if nothing did. */
  private String tell(History history, int steps, RunnerProfile runner) throws IOException {
    Path place = Files.createTempDirectory(folder, "history");
    try {
      history.run(place, steps, runner);
      history.done().forEach((step, times) -> done.merge(step, times, Integer::sum));
      return "";
    } catch (AssertionError | RuntimeException e) {
      return history.scenario() + ": " + e;
    }
  }

  private static List<String> failuresOf(List<Callable<String>> histories) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<String> failures = new ArrayList<>();
      for (Future<String> history : threads.invokeAll(histories)) {
        if (!history.get().isEmpty()) {
          failures.add(history.get());
        }
      }
      return failures;
    } finally {
      threads.shutdownNow();
    }
  }
}
