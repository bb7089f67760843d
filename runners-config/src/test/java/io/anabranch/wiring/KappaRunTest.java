/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.contracts.store.FaultInjectingStore;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.run.KappaRun;
import io.anabranch.wiring.run.Replay;
import io.anabranch.wiring.run.ReplayRun;
import io.anabranch.wiring.run.RunListener;
import io.anabranch.wiring.run.RunReport;
import io.anabranch.wiring.upkeep.Heartbeat;
import io.anabranch.wiring.version.Promotion;
import io.anabranch.wiring.version.PromotionGate;
import io.anabranch.wiring.version.VersionComparison;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of Kappa that follow the log, while the versions they fill are promoted and retired. */
final class KappaRunTest {
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Stop stop = new Stop();
  private final Heard heard = new Heard();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final History history = new History(21, false, Purchases.ALL);
  private LifeCycle world;

  /** What a listener was told. */
  private static final class Heard implements RunListener {
    final List<String> all = new CopyOnWriteArrayList<>();
    final List<UserException> refused = new CopyOnWriteArrayList<>();
    final List<String> waits = new CopyOnWriteArrayList<>();
    volatile Runnable onPromotion = () -> {};

    @Override
    public void started(String layer, long run) {
      all.add("started");
    }

    @Override
    public void backfillDone(long run, RecordCounts read, List<OpenSlice> versions) {
      all.add("history");
    }

    @Override
    public void promoted(List<VersionComparison> comparisons) {
      comparisons.stream()
          .filter(each -> each.changes().isEmpty())
          .forEach(each -> assertThat(each.toString(), each.skipped(), is(Optional.empty())));
      onPromotion.run();
      all.add("promoted");
    }

    @Override
    public void promotionWaits(UserException reason) {
      waits.add(reason.getMessage());
    }

    @Override
    public void notPromoted(UserException reason) {
      refused.add(reason);
    }

    @Override
    public void retired(long run) {
      all.add("retired");
    }
  }

  /** The last records are in an epoch that is open, so no history holds them. */
  @BeforeEach
  void computeByKappa() {
    world =
        new LifeCycle(
            folder, RunnerProfile.of("direct", Map.of("targetParallelism", "2")), Purchases.ALL);
    history.ingest(world);
    history.closeAllWithRecords(world);
    history.ingest(world);
    world.kappa(1);
  }

  @AfterEach
  void stop() throws Exception {
    stop.request();
    threads.shutdown();
    assertThat("runs end", threads.awaitTermination(1, TimeUnit.MINUTES), is(true));
    world.close();
  }

  @Test
  void replayPromotesItselfOnceItHasReadWhatIsOpenToo() throws Exception {
    Future<Optional<RunReport>> run = threads.submit(() -> replay(1));

    awaitPromotion(run);
    stop.request();

    assertThat(run.get(1, TimeUnit.MINUTES).isPresent(), is(true));
    assertThat(heard.refused, empty());
    world.check(history.scenario());
  }

  @Test
  void runWhoseVersionsAreRetiredEndsAndSaysSo() throws Exception {
    Future<Optional<RunReport>> run = threads.submit(() -> replay(2));
    awaitPromotion(run);
    Promotion.rollback(world.context(1), List.of());

    Promotion.retire(world.context(1), List.of(), List.of());

    assertThat(run.get(1, TimeUnit.MINUTES), is(Optional.empty()));
    assertThat(heard.all, is(List.of("started", "history", "promoted", "retired")));
    world.check(history.scenario());
    for (ViewCatalog view : world.catalog().loadAll().values()) {
      assertThat(view.versions(), hasSize(1));
    }
  }

  @Test
  void runGoesOnWithTheVersionsThatAreLeft() throws Exception {
    String kept = world.viewNames().get(0);
    Future<Optional<RunReport>> run = threads.submit(() -> follow());
    await().atMost(SOON).until(() -> !heard.all.isEmpty() || run.isDone());
    world.replay(1, world.viewNames(), OptionalLong.empty());
    world.promote(1);
    List<String> others = world.viewNames().subList(1, world.viewNames().size());
    long version = world.catalog().live(kept).orElseThrow().previous().orElseThrow();
    Instant begun = world.reading(version).since();
    Promotion.retire(world.context(1), others, List.of());
    history.ingest(world);

    await()
        .atMost(SOON)
        .until(
            () ->
                run.isDone()
                    || (world.reading(version).since().isAfter(begun)
                        && world.hasReadAll(version)));
    stop.request();

    assertThat(run.get(1, TimeUnit.MINUTES).isPresent(), is(true));
    assertThat(heard.all, is(List.of("started")));
    world.rollBackOne(kept, 1);
    world.check(history.scenario());
  }

  @Test
  void runWhoseVersionsAnotherRunGoesOnWithEndsThoughNothingArrives() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    Future<Optional<RunReport>> run = threads.submit(() -> follow(counting(looks)));
    await().atMost(SOON).until(() -> !heard.all.isEmpty() || run.isDone());
    long version =
        world.catalog().live(world.viewNames().get(0)).orElseThrow().base().orElseThrow();
    Instant begun = world.reading(version).since();
    await().atMost(SOON).until(() -> run.isDone() || world.hasReadAll(version));
    int before = looks.get();
    await().atMost(SOON).until(() -> run.isDone() || looks.get() > before + 1);

    world.kappa(1);

    ExecutionException problem =
        assertThrows(ExecutionException.class, () -> run.get(1, TimeUnit.MINUTES));
    assertThat(begun.toString(), problem.getMessage(), containsString("took over"));
    world.check(history.scenario());
  }

  @Test
  void candidateWithoutItsHistoryIsNeitherRunNorPromoted() {
    RunContext<Purchase> context = world.context(1);
    Replay replay = Replay.of(context, List.of(), OptionalLong.empty());
    try (Heartbeat heartbeat = Heartbeat.begin(context, "replay")) {
      context.lifecycle().beginReplay(heartbeat.run(), replay.plans());
    }

    UserException run =
        assertThrows(
            UserException.class,
            () -> KappaRun.of(context).role(VersionRole.CANDIDATE).stoppedBy(stop).run(heard));
    UserException promotion =
        assertThrows(
            UserException.class,
            () ->
                Promotion.promote(
                    context,
                    List.of(),
                    view -> Tolerance.NONE,
                    true,
                    PromotionGate.of(PromotionGate.PATIENCE)));

    assertThat(run.getMessage(), containsString("is not complete"));
    assertThat(promotion.getMessage(), containsString("is not complete"));
    world.check(history.scenario());
  }

  @Test
  void candidateWaitsForWhatAnswersToReachItsHistory() throws Exception {
    history.closeAllWithRecords(world);
    Future<Optional<RunReport>> run = threads.submit(() -> replay(1));
    await().atMost(SOON).until(() -> !heard.waits.isEmpty() || run.isDone());
    assertThat(heard.waits.get(0), containsString("so they cannot be compared yet"));
    assertThat(heard.all + " " + heard.refused, heard.all, is(List.of("started", "history")));
    assertThat(heard.refused, empty());

    world.kappa(1);
    awaitPromotion(run);
    stop.request();

    assertThat(run.get(1, TimeUnit.MINUTES).isPresent(), is(true));
    world.check(history.scenario());
  }

  @Test
  void candidateOfAnotherDefinitionDoesNotWaitForThat() throws Exception {
    history.closeAllWithRecords(world);
    Future<Optional<RunReport>> run = threads.submit(() -> replay(2));

    awaitPromotion(run);
    stop.request();

    assertThat(run.get(1, TimeUnit.MINUTES).isPresent(), is(true));
    assertThat(heard.waits, empty());
    world.learnOfReplay(2, world.viewNames());
    world.check(history.scenario());
  }

  @Test
  void answersOfTheOpenEpochDoNotGoBackWhenARunThatStoresLateIsPromoted() throws Exception {
    RunContext<Purchase> context = world.context(2);
    RunContext<Purchase> storesLate =
        new RunContext<>(
            context.application(),
            context.log(),
            context.store(),
            context.storeSettings(),
            Duration.ofSeconds(2),
            context.options());
    List<AssertionError> wrong = new CopyOnWriteArrayList<>();
    heard.onPromotion =
        () -> {
          try {
            world.learnOfReplay(2, world.viewNames());
            world.check(history.scenario());
          } catch (AssertionError e) {
            wrong.add(e);
          }
        };
    Future<Optional<RunReport>> run =
        threads.submit(
            () ->
                ReplayRun.of(storesLate, Replay.of(storesLate, List.of(), OptionalLong.empty()))
                    .autoPromote(view -> Tolerance.NONE)
                    .stoppedBy(stop)
                    .run(heard));

    awaitPromotion(run);
    stop.request();

    assertThat(run.get(1, TimeUnit.MINUTES).isPresent(), is(true));
    assertThat(wrong, empty());
  }

  @Test
  void viewWhoseCandidateIsGivenUpOrReplacedIsNotPromotedWithTheOthers() throws Exception {
    history.closeAllWithRecords(world);
    Future<Optional<RunReport>> run = threads.submit(() -> replay(1));
    await().atMost(SOON).until(() -> !heard.waits.isEmpty() || run.isDone());
    String retired = world.viewNames().get(0);
    String replaced = world.viewNames().get(1);
    List<String> others = world.viewNames().subList(2, world.viewNames().size());
    Promotion.retire(world.context(1), List.of(), List.of(candidate(retired)));
    world.replay(1, List.of(replaced), OptionalLong.empty());
    long foreign = candidate(replaced);

    world.kappa(1); // so that it can be compared
    awaitPromotion(run);
    stop.request();
    assertThat(run.get(1, TimeUnit.MINUTES).isPresent(), is(true));

    assertThat(candidate(replaced), is(foreign));
    world.learnOfReplay(1, others);
    world.check(history.scenario());
  }

  private long candidate(String view) {
    return world.catalog().live(view).orElseThrow().candidate().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stopWithinTheHistoryLeavesNothing(boolean partial) {
    history.closeAllWithRecords(world);
    OptionalLong from =
        partial ? OptionalLong.of(world.completeThrough() + 1) : OptionalLong.empty();
    world.kappa(1);
    RunListener stopping =
        new RunListener() {
          @Override
          public void started(String layer, long run) {
            stop.request();
          }
        };
    RunContext<Purchase> context = world.context(1);
    Replay replay = Replay.of(context, List.of(), from);

    UserException problem =
        assertThrows(
            UserException.class, () -> ReplayRun.of(context, replay).stoppedBy(stop).run(stopping));

    assertThat(problem.getMessage(), containsString("was stopped during the backfill"));
    for (ViewCatalog view : world.catalog().loadAll().values()) {
      assertThat(view.versions(), hasSize(1));
      assertThat(view.pointer().candidate(), is(OptionalLong.empty()));
    }
    world.check(history.scenario());
  }

  private void awaitPromotion(Future<?> run) throws Exception {
    try {
      await()
          .atMost(SOON)
          .until(() -> heard.all.contains("promoted") || !heard.refused.isEmpty() || run.isDone());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          history.scenario() + ", not promoted: " + world.catalog().loadAll(), e);
    }
    if (run.isDone()) {
      run.get(); // throws what went wrong
    }
    assertThat(heard.refused, empty());
  }

  private Optional<RunReport> follow() {
    return follow(world.context(1));
  }

  private Optional<RunReport> follow(RunContext<Purchase> context) {
    return KappaRun.of(context).stoppedBy(stop).run(heard);
  }

  /** A context by which is counted how often a run looks at what it reads. */
  private RunContext<Purchase> counting(AtomicInteger looks) {
    RunContext<Purchase> context = world.context(1);
    Faults counting =
        new Faults() {
          @Override
          public void after(Call call, String detail) {
            if (call == Call.PROGRESS && detail.equals("read")) {
              looks.incrementAndGet();
            }
          }
        };
    ViewStore counted = new FaultInjectingStore(context.store(), counting);
    return new RunContext<>(
        context.application(),
        context.log(),
        counted,
        context.storeSettings(),
        context.refresh(),
        context.options());
  }

  private Optional<RunReport> replay(int revision) {
    RunContext<Purchase> context = world.context(revision);
    return ReplayRun.of(context, Replay.of(context, List.of(), OptionalLong.empty()))
        .autoPromote(view -> Tolerance.NONE)
        .stoppedBy(stop)
        .run(heard);
  }
}
