/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.run.BatchReport;
import io.anabranch.wiring.run.RunListener;
import io.anabranch.wiring.run.RunReport;
import io.anabranch.wiring.upkeep.Compaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LambdaRunTest {
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Stop stop = new Stop();
  private final Heard heard = new Heard();
  private final ExecutorService threads = Executors.newSingleThreadExecutor();

  @AfterEach
  void end() {
    stop.request();
    threads.shutdownNow();
  }

  /** What a run told. */
  private static final class Heard implements RunListener {
    final List<BatchReport> batches = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    final List<String> started = new CopyOnWriteArrayList<>();
    volatile Runnable onBatch = () -> {};

    @Override
    public void started(String layer, long run) {
      started.add(layer);
      if (layer.equals("batch")) {
        onBatch.run();
      }
    }

    @Override
    public void batchDone(BatchReport report) {
      batches.add(report);
    }

    @Override
    public void compacted(Compaction.Report report) {}

    @Override
    public void compactionFailed(UserException error) {
      failures.add(error.getMessage());
    }

    @Override
    public void batchFailed(UserException error, Duration retryAfter) {
      failures.add(error.getMessage() + ", retry after " + retryAfter);
    }
  }

  @Test
  void laterViewHasEarlierDeadLetters() {
    try (World world =
        new World(folder, RunnerProfile.of("direct", Map.of("targetParallelism", "2")))) {
      world.views(Purchases.WINDOWED_FROM);
      world.ingest(History.START, List.of(), List.of("broken"));
      world.closeThrough(History.START.plus(Duration.ofHours(1)));
      world.runBatch(false);

      world.views(Purchases.ALL);
      world.runSpeed();

      Map<String, Long> letters = world.deadLettersByView();
      assertThat(letters.toString(), letters.size(), is(Purchases.ALL));
      assertThat(letters.toString(), Set.copyOf(letters.values()), is(Set.of(1L)));
    }
  }

  @Test
  void batchTakesOverEachEpochThatSpeedHasCompleted() throws Exception {
    History history = new History(11, false, Purchases.ALL);
    try (World world = new World(folder, RunnerProfile.of("direct", Map.of()))) {
      world.views(Purchases.ALL);
      history.ingest(world);
      Future<Optional<RunReport>> run = threads.submit(() -> world.runLambda(stop, heard));
      await().atMost(SOON).until(() -> heard.started.contains("speed"));

      for (int epoch = 1; epoch <= 3; epoch++) {
        int batches = heard.batches.size();
        history.closeAllWithRecords(world);
        await().atMost(SOON).until(() -> heard.batches.size() > batches);
        history.ingest(world);
      }
      await().atMost(SOON).until(world::isAllRead);
      stop.request();
      run.get(SOON.toSeconds(), TimeUnit.SECONDS);

      assertThat(heard.failures, empty());
      assertThat("the first batch run waits for records", heard.batches.get(0).records() > 0);
      heard.batches.stream()
          .flatMap(batch -> batch.reconciliations().stream())
          .filter(each -> each.epochs().after() != Epochs.NONE) // which counts late events in
          .forEach(each -> assertThat(each.toString(), each.result().different(), is(0L)));
      world.learnFromStore();
      world.checkAllIsServed(history.scenario());
      world.checkNothingHidden(history.scenario());
      world.speed();
      world.check(history.scenario());
    }
  }

  @Test
  void batchThatFailsIsTriedAgainWhileSpeedGoesOn() throws Exception {
    History history = new History(12, false);
    try (World world = new World(folder, RunnerProfile.of("direct", Map.of()))) {
      history.ingest(world);
      history.closeAllWithRecords(world);
      world.failNextPublication("the store is on fire");

      Future<Optional<RunReport>> run = threads.submit(() -> world.runLambda(stop, heard));
      await().atMost(SOON).until(() -> !heard.batches.isEmpty());
      stop.request();
      run.get(SOON.toSeconds(), TimeUnit.SECONDS);

      assertThat(heard.failures, contains("the store is on fire, retry after PT5S"));
      assertThat(heard.started, contains("batch", "speed", "batch"));
      world.learnFromStore();
      world.checkAllIsServed(history.scenario());
      world.checkNothingHidden(history.scenario());
    }
  }

  @Test
  void stopDuringTheFirstBatchLeavesNothingAndStartsNoSpeed() throws Exception {
    History history = new History(14, false);
    try (World world = new World(folder, RunnerProfile.of("direct", Map.of()))) {
      history.ingest(world);
      history.closeAllWithRecords(world);
      heard.onBatch = stop::request;

      Future<Optional<RunReport>> run = threads.submit(() -> world.runLambda(stop, heard));

      assertThat(run.get(SOON.toSeconds(), TimeUnit.SECONDS), is(Optional.empty()));
      assertThat(heard.started, contains("batch"));
      assertThat(heard.failures, empty());
      world.checkNothingHidden(history.scenario());
    }
  }

  /** At a stop, Beam fires all windows; those that may lack events must not be stored. */
  @Test
  void stopStoresNoWindowThatIsNotComplete() throws Exception {
    History history = new History(15, false, Purchases.ALL);
    try (World world = new World(folder, RunnerProfile.of("direct", Map.of()))) {
      world.views(Purchases.ALL);
      for (int times = 0; times < 3; times++) {
        history.ingest(world);
        history.close(world);
      }
      Future<RunReport> run = threads.submit(() -> world.followWithSpeed(stop, heard));
      await().atMost(SOON).until(() -> world.windowRows() > 0);
      history.ingest(world);
      history.ingest(world);
      await().atMost(SOON).until(world::isSpeedCaughtUp);
      stop.request();
      run.get(SOON.toSeconds(), TimeUnit.SECONDS);

      world.checkWindowsAreComplete(history.scenario());
      history.closeAllWithRecords(world);
      world.speed();
      world.check(history.scenario());
      world.batch();
      world.check(history.scenario());
    }
  }

  @Test
  void noEpochIsCompleteBeforeItsDeadLettersAreStored() throws Exception {
    CountDownLatch storeTakesLetters = new CountDownLatch(1);
    Faults faults =
        new Faults() {
          @Override
          public void before(Call call, String detail) {
            if (call == Call.DEAD_LETTERS && detail.equals("write")) {
              try {
                storeTakesLetters.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          }
        };
    // One reading of the log, so one worker waits, and others are free.
    RunnerProfile runner = RunnerProfile.of("direct", Map.of("targetParallelism", "4"));
    try (World world = new World(folder, runner, faults)) {
      world.views(Purchases.WINDOWED_FROM);
      world.ingest(History.START, List.of(), List.of("broken"));
      world.closeThrough(History.START.plus(Duration.ofHours(1)));
      long epoch = world.epochs().at(History.START);
      Future<RunReport> run = threads.submit(() -> world.followWithSpeed(stop, heard));
      await().atMost(SOON).until(() -> heard.started.contains("speed"));

      try {
        await()
            .during(Duration.ofSeconds(8)) // an epoch without dead letters is complete by then
            .atMost(Duration.ofSeconds(12))
            .until(() -> world.speedThrough() < epoch);
      } finally {
        storeTakesLetters.countDown();
      }

      await().atMost(SOON).until(() -> world.speedThrough() >= epoch);
      stop.request();
      run.get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(Set.copyOf(world.deadLettersByView().values()), is(Set.of(1L)));
    }
  }

  @Test
  void speedThatWasTakenOverEndsTheRun() throws Exception {
    History history = new History(13, false);
    try (World world = new World(folder, RunnerProfile.of("direct", Map.of()))) {
      history.ingest(world);
      Future<Optional<RunReport>> run = threads.submit(() -> world.runLambda(stop, heard));
      await().atMost(SOON).until(() -> heard.started.contains("speed"));

      world.runSpeed();
      history.ingest(world); // the first run learns it when it writes
      ExecutionException failure =
          Assertions.assertThrows(
              ExecutionException.class, () -> run.get(SOON.toSeconds(), TimeUnit.SECONDS));

      assertThat(failure.getCause().getMessage(), containsString("took over"));
    }
  }
}
