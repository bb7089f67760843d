/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.nullValue;

import io.anabranch.api.Answer;
import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Provenance;
import io.anabranch.api.Timeliness;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.catalog.ViewLifecycle;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.config.Providers;
import io.anabranch.contracts.log.Lines;
import io.anabranch.contracts.store.FaultInjectingStore;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.contracts.store.SharedStore;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import io.anabranch.wiring.Purchases.Purchase;
import io.anabranch.wiring.run.BatchReport;
import io.anabranch.wiring.run.BatchRun;
import io.anabranch.wiring.run.KappaRun;
import io.anabranch.wiring.run.LambdaRun;
import io.anabranch.wiring.run.Redrive;
import io.anabranch.wiring.run.RunListener;
import io.anabranch.wiring.run.RunReport;
import io.anabranch.wiring.run.SpeedRun;
import io.anabranch.wiring.run.Verification;
import io.anabranch.wiring.upkeep.Compaction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A real log and real stores of one test, and beside them a plain model: which purchases are in
 * which epoch, and which of them each layer has read.
 */
final class World implements Ingesting, AutoCloseable {
  private static final LoadedApplication<Purchase> ALL =
      LoadedApplication.of(Purchases.withWindows());

  private LoadedApplication<Purchase> application = LoadedApplication.of(new Purchases());
  private final AppendableLog log;
  private final Settings lambdaSettings;
  private final Faults faults;
  private SharedStore shared;
  private final Settings kappaSettings;
  private ViewStore lambda;
  private ViewStore kappa;
  private final RunnerProfile runner;
  private OptionalInt mostFailedEvents = OptionalInt.of(1_000);

  private final Map<String, Layers> layers = new TreeMap<>();
  private final List<Entry> entries = new ArrayList<>();
  private final TreeSet<String> broken = new TreeSet<>();
  private final List<Long> brokenEpochs = new ArrayList<>();
  private final Map<String, Layers> kappaLayers = new TreeMap<>();

  /** A purchase in the log. */
  record Entry(long epoch, Purchase purchase) {}

  World(Path folder, RunnerProfile runner) {
    this(folder, runner, new Faults() {});
  }

  /** A world whose Lambda store meets faults. */
  World(Path folder, RunnerProfile runner, Faults faults) {
    this(folder, runner, faults, Databases.FILES);
  }

  World(Path folder, RunnerProfile runner, Faults faults, Databases databases) {
    this.runner = runner;
    Map<String, String> settings = Map.of("path", folder.resolve("log").toString(), "epoch", "1h");
    log =
        (AppendableLog)
            Providers.installed().log("files").orElseThrow().open(new Settings(settings));
    lambdaSettings = databases.settings(folder, "lambda");
    kappaSettings = databases.settings(folder, "kappa");
    this.faults = faults;
    open();
  }

  private void open() {
    lambda = new FaultInjectingStore(ViewStores.open(lambdaSettings), faults);
    shared = SharedStore.of(lambda);
    kappa = ViewStores.open(kappaSettings);
  }

  Epochs epochs() {
    return log.epochs();
  }

  @Override
  public void ingest(Instant at, List<Purchase> purchases, List<String> brokenLines) {
    StringBuilder text = new StringBuilder();
    purchases.forEach(purchase -> text.append(purchase).append('\n'));
    brokenLines.forEach(line -> text.append(line).append('\n'));
    log.append(List.of(Lines.of(text.toString())), Optional.of(at));
    purchases.forEach(purchase -> entries.add(new Entry(epochs().at(at), purchase)));
    broken.addAll(brokenLines);
    brokenLines.forEach(line -> brokenEpochs.add(epochs().at(at)));
  }

  @Override
  public void closeThrough(Instant time) {
    log.closeThrough(time);
  }

  boolean hasClosedEpochs() {
    return log.end().lastClosedWithRecords().isPresent();
  }

  /**
   * Computes what batch does not hold yet, if anything; returns whether, and checks that no more
   * than that was read.
   */
  boolean batch() {
    return batch(false);
  }

  /** Computes all closed epochs into a new version. */
  void fullBatch() {
    batch(true);
  }

  /** Computes epoch after epoch through the last closed one; the consumer gets each of them. */
  void batchInSteps(LongConsumer done) {
    LogEnd end = log.end();
    for (long through = end.firstEpoch(); through <= end.closedThrough(); through++) {
      LogEnd earlier =
          new LogEnd(
              end.position(),
              through,
              end.firstEpoch(),
              Math.min(through, end.lastEpoch()),
              end.trimmedThrough());
      BatchRun.of(context(lambda, shared.settings(), new EarlierLog(log, earlier)))
          .run(RunListener.NONE);
      done.accept(through);
    }
    eachView(read -> read.computedByBatch(end.closedThrough(), false));
  }

  /** Does something to what is known of each view of the application. */
  private void eachView(Consumer<Layers> change) {
    application
        .views()
        .forEach(
            view -> change.accept(layers.computeIfAbsent(view.name(), absent -> new Layers())));
  }

  /** From now on the application has only so many of its views, or has them again. */
  void views(int count) {
    application = LoadedApplication.of(new Purchases(count));
  }

  private boolean batch(boolean full) {
    BatchReport report = runBatch(full);
    EpochRange epochs = new EpochRange(readAfter(report.through(), full), report.through());
    eachView(read -> read.computedByBatch(report.through(), full));
    long records = entries.stream().filter(each -> epochs.contains(each.epoch())).count();
    long brokenRecords = brokenEpochs.stream().filter(epochs::contains).count();
    assertThat("records read by batch", report.records(), is(records + brokenRecords));
    for (Reconciliation each : report.reconciliations()) {
      assertThat("rows that differ from speed: " + each, each.result().different(), is(0L));
      boolean begins = each.epochs().after() == Epochs.NONE; // and counts late events
      if (!begins || ALL.view(each.view()).timeliness().isEmpty()) {
        assertThat("rows put down to late events: " + each, each.result().late(), is(0L));
      }
    }
    return !report.nothingToDo();
  }

  /** Returns the last epoch that no view needs which batch does not hold through an epoch. */
  private long readAfter(long through, boolean full) {
    long readAfter = through;
    for (ViewDefinition<Purchase, ?, ?, ?, ?> view : application.views()) {
      long held = layers.getOrDefault(view.name(), new Layers()).batchThrough;
      long after = full ? Epochs.NONE : held;
      if (after < through) {
        long reachesBack =
            view.timeliness().map(late -> late.readAfter(epochs(), after)).orElse(after);
        readAfter = Math.min(readAfter, reachesBack);
      }
    }
    return readAfter;
  }

  BatchReport runBatch(boolean full) {
    return runBatch(full, run -> {});
  }

  BatchReport runBatch(boolean full, LongConsumer started) {
    return BatchRun.of(context(lambda, shared.settings())).full(full).run(started(started));
  }

  BatchReport runBatch(Stop stop, LongConsumer started) {
    return BatchRun.of(context(lambda, shared.settings())).stoppedBy(stop).run(started(started));
  }

  private static RunListener started(LongConsumer consumer) {
    return new RunListener() {
      @Override
      public void started(String layer, long run) {
        consumer.accept(run);
      }
    };
  }

  long deadLetters() {
    return new DeadLetters(lambda).faults();
  }

  /** Returns how many records could not be decoded, as the answers of each view tell. */
  Map<String, Long> deadLettersByView() {
    Map<String, Long> letters = new TreeMap<>();
    for (ViewDefinition<Purchase, ?, ?, ?, ?> view : application.views()) {
      letters.put(
          view.name(),
          ViewReader.of(lambda, definition(view.name()))
              .read(Query.all())
              .provenance()
              .deadLetters());
    }
    return letters;
  }

  void runSpeed() {
    SpeedRun.of(context(lambda, shared.settings())).untilCaughtUp(true).run(RunListener.NONE);
  }

  Optional<RunReport> runLambda(Stop stop, RunListener listener) {
    return LambdaRun.of(context(lambda, shared.settings())).stoppedBy(stop).run(listener);
  }

  /** Returns the last epoch that any view is complete through. */
  long speedThrough() {
    return application.views().stream()
        .map(view -> new Catalog(lambda.catalog()).live(view.name()))
        .mapToLong(view -> view.map(ViewState::completeThrough).orElse(Epochs.NONE))
        .max()
        .orElseThrow();
  }

  RunReport followWithSpeed(Stop stop, RunListener listener) {
    return SpeedRun.of(context(lambda, shared.settings())).stoppedBy(stop).run(listener);
  }

  /** Returns how many windows answer. */
  long windowRows() {
    return windowed().mapToLong(view -> endsOfWindows(view).size()).sum();
  }

  /** Returns whether speed has stored all purchases in a combined view. */
  boolean isSpeedCaughtUp() {
    Layers all = new Layers();
    all.speedRead = entries.size();
    try {
      check("", lambda, "units", all);
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }

  /** Fails if a window answers to which an epoch that is still open may add events. */
  void checkWindowsAreComplete(String scenario) {
    windowed()
        .forEach(
            view -> {
              Timeliness timeliness = view.timeliness().orElseThrow();
              for (Instant end : endsOfWindows(view)) {
                assertThat(
                    scenario + ", " + view.name() + ", window that ends " + end,
                    timeliness.completeWith(epochs(), end.toEpochMilli()),
                    lessThanOrEqualTo(log.end().closedThrough()));
              }
            });
  }

  private Stream<ViewDefinition<Purchase, ?, ?, ?, ?>> windowed() {
    return application.views().stream().filter(view -> view.timeliness().isPresent());
  }

  private List<Instant> endsOfWindows(ViewDefinition<Purchase, ?, ?, ?, ?> view) {
    return new Catalog(lambda.catalog()).live(view.name()).isEmpty()
        ? List.of()
        : ViewReader.of(lambda, definition(view.name())).read(Query.all()).rows().stream()
            .map(row -> row.bucket().orElseThrow().end())
            .toList();
  }

  /** Lets the next batch run fail as it publishes its slices. */
  void failNextPublication(String message) {
    AtomicBoolean failed = new AtomicBoolean();
    Faults faults =
        new Faults() {
          @Override
          public void before(Call call, String detail) {
            if (call == Call.COMMIT
                && detail.equals("publish")
                && failed.compareAndSet(false, true)) {
              throw new UserException(message);
            }
          }
        };
    lambda = new FaultInjectingStore(lambda, faults);
  }

  /** Returns whether every view serves all that was ingested. */
  boolean isAllRead() {
    try {
      checkAllIsServed("");
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }

  /** Asks the catalog how far another process got that was killed. */
  void learnFromStore() {
    List<ViewState> pointers =
        application.views().stream()
            .map(view -> new Catalog(lambda.catalog()).live(view.name()).orElseThrow())
            .toList();
    for (ViewState pointer : pointers) {
      assertThat(
          "views are promoted together",
          pointer.batchThrough(),
          is(pointers.get(0).batchThrough()));
      Layers read = layers.computeIfAbsent(pointer.view(), absent -> new Layers());
      read.batchThrough = pointer.batchThrough();
      read.wholeThrough = pointer.wholeThrough();
      read.speedComplete = pointer.completeThrough();
    }
  }

  void collectGarbageOfDead() {
    new ViewLifecycle(lambda).collectGarbage(new GarbageRules(Duration.ZERO, Duration.ZERO, false));
  }

  /** Fails if the store holds a slice, or rows of a slice, that readers do not see. */
  void checkNothingHidden(String scenario) {
    for (ViewCatalog view : new Catalog(lambda.catalog()).loadAll().values()) {
      for (Version version : view.versions()) {
        assertThat(scenario + ", " + version, view.live().contains(version), is(true));
        for (Slice slice : version.slices()) {
          assertThat(scenario + ", " + slice, slice.isShown(), is(true));
        }
      }
    }
  }

  void speed() {
    runSpeed();
    eachView(
        read -> {
          read.speedRead = entries.size();
          read.speedComplete = log.end().closedThrough();
          read.speedBroken = broken.size();
        });
  }

  /** From now on runs end if a step of a view throws, and leave all steps to the runner. */
  void failOnErrors() {
    mostFailedEvents = OptionalInt.empty();
  }

  /**
   * Computes anew what holds dead letters, by both architectures; no step was mended, so each
   * answer stays as it is.
   *
   * @return how many dead letters there were
   */
  long redrive() {
    Redrive.Report batch =
        Redrive.run(
            context(lambda, shared.settings()), Architecture.LAMBDA, new Stop(), RunListener.NONE);
    if (batch.before() > 0) {
      eachView(read -> read.computedByBatch(log.end().lastClosedWithRecords().orElseThrow(), true));
    }
    assertThat("dead letters of Lambda", batch.after(), is(deadLetters()));
    Redrive.Report replay =
        Redrive.run(
            context(kappa, kappaSettings), Architecture.KAPPA, new Stop(), RunListener.NONE);
    if (replay.before() > 0) {
      kappa(); // for the views that no dead letter is of
    }
    return batch.before() + replay.before();
  }

  /** Returns how many views were folded. */
  int compact(Compaction.Choice choice) {
    return Compaction.run(context(lambda, shared.settings()), choice).size();
  }

  void collectGarbage() {
    new ViewLifecycle(lambda)
        .collectGarbage(new GarbageRules(Duration.ZERO, Duration.ofDays(1), false));
  }

  /** Returns how many views could be verified. */
  int verify() {
    int verified = 0;
    for (ViewDefinition<Purchase, ?, ?, ?, ?> view : application.views()) {
      Layers read = layers.get(view.name());
      if (read == null || !read.isComplete(log.end().firstEpoch())) {
        continue; // nothing is complete yet
      }
      Verification.Report report =
          Verification.of(context(lambda, shared.settings()), view, run -> {});
      assertThat(
          view.name(),
          report.differences(),
          is(new RowDifferences(report.differences().rows(), 0, 0, 0, 0, List.of())));
      verified++;
    }
    return verified;
  }

  /** Opens the stores anew, as another process would. */
  void restart() {
    closeStores();
    open();
  }

  void kappa() {
    KappaRun.of(context(kappa, kappaSettings)).untilCaughtUp(true).run(RunListener.NONE);
    for (ViewDefinition<Purchase, ?, ?, ?, ?> view : application.views()) {
      Layers read = kappaLayers.computeIfAbsent(view.name(), absent -> new Layers());
      read.speedRead = entries.size();
      read.speedComplete = log.end().closedThrough();
      read.speedBroken = broken.size();
    }
  }

  /** Compares every row of every view of both stores with a plain fold of what was read. */
  void check(String scenario) {
    checkRows(scenario + " [lambda]");
    checkSql(scenario);
    layers.forEach((view, read) -> checkGaps(scenario + " [lambda], view " + view, view, read));
    layers.forEach((view, read) -> checkFaults(scenario + " [lambda]", lambda, view, read));
    kappaLayers.forEach((view, read) -> check(scenario + " [kappa]", kappa, view, read));
    kappaLayers.forEach((view, read) -> checkFaults(scenario + " [kappa]", kappa, view, read));
  }

  /** Compares the number of dead letters of a view with what its layers have read. */
  private void checkFaults(String scenario, ViewStore store, String view, Layers read) {
    ViewDefinition<Purchase, String, ?, ?, Long> definition = definition(view);
    long expected =
        read.of(entries).stream()
            .filter(entry -> entry.purchase().isRefusedBy(view))
            .filter(
                entry ->
                    definition.timeliness().isEmpty()
                        || new WindowModel(epochs(), definition, read.wholeThrough).counts(entry))
            .count();
    long refused = expected;
    for (int i = 0; i < brokenEpochs.size(); i++) {
      expected += brokenEpochs.get(i) <= read.batchThrough || i < read.speedBroken ? 1 : 0;
    }
    // What cannot be decoded is of all views, also of one that the last run did not compute.
    boolean all = read.speedRead == entries.size() || read.speedRead == 0;
    assertThat(
        scenario + ", view " + view + ", dead letters",
        ViewReader.of(store, definition).read(Query.all()).provenance().deadLetters(),
        allOf(
            greaterThanOrEqualTo(expected),
            lessThanOrEqualTo(all ? expected : refused + brokenEpochs.size())));
  }

  /** Compares every row of the Lambda views with a plain fold of what batch or speed has read. */
  void checkRows(String scenario) {
    layers.forEach((view, read) -> check(scenario, lambda, view, read));
  }

  /** Compares what SQL says of the views of both stores with what readers answer. */
  private void checkSql(String scenario) {
    layers
        .keySet()
        .forEach(view -> SqlAnswers.check(scenario, lambdaSettings, lambda, definition(view)));
    kappaLayers
        .keySet()
        .forEach(view -> SqlAnswers.check(scenario, kappaSettings, kappa, definition(view)));
  }

  /** Compares every row of the combined Lambda views with a plain fold of all there is. */
  void checkAllIsServed(String scenario) {
    Layers all = new Layers();
    all.speedRead = entries.size();
    layers.keySet().stream()
        .filter(view -> ALL.view(view).timeliness().isEmpty())
        .forEach(view -> check(scenario, lambda, view, all));
  }

  /**
   * An epoch is missing unless it is complete, or speed has read all that is in it; and windows are
   * not there before their epoch was seen to be closed.
   */
  private void checkGaps(String scenario, String view, Layers read) {
    LogEnd end = log.end();
    boolean windowed = ALL.view(view).timeliness().isPresent();
    TreeSet<Long> expected = new TreeSet<>();
    for (long epoch = end.firstEpoch(); epoch <= end.lastEpoch(); epoch++) {
      boolean caughtUp = read.speedRead == entries.size() && read.speedBroken == broken.size();
      if (!read.isComplete(epoch) && !(caughtUp && (!windowed || epoch > end.closedThrough()))) {
        expected.add(epoch);
      }
    }
    TreeSet<Long> told = new TreeSet<>();
    Answer<?, ?> answer = ViewReader.of(lambda, ALL.view(view)).against(log::end).read(Query.all());
    for (Provenance.Gap gap : answer.provenance().gaps()) {
      for (long epoch = gap.first(); epoch <= gap.last(); epoch++) {
        told.add(epoch);
      }
    }
    assertThat(scenario + ", epochs that are not covered", told, is(expected));
  }

  private void check(String scenario, ViewStore store, String view, Layers read) {
    check(scenario, store, epochs(), definition(view), read, entries);
  }

  /** Compares every row of a view with a plain fold of what its layers have read. */
  static void check(
      String scenario,
      ViewStore store,
      Epochs epochs,
      ViewDefinition<Purchase, String, ?, ?, Long> view,
      Layers read,
      List<Entry> entries) {
    List<Entry> seen = read.of(entries);
    if (view.timeliness().isPresent()) {
      new WindowModel(epochs, view, read.wholeThrough)
          .check(scenario + ", view " + view.name(), store, read.complete(), seen);
    } else {
      checkCombined(
          scenario,
          store,
          view,
          seen.stream()
              .map(Entry::purchase)
              .filter(purchase -> !purchase.isRefusedBy(view.name()))
              .toList());
    }
  }

  private static void checkCombined(
      String scenario,
      ViewStore store,
      ViewDefinition<Purchase, String, ?, ?, Long> view,
      List<Purchase> read) {
    Map<String, Long> expected = new TreeMap<>();
    Map<String, Set<String>> buyers = new TreeMap<>();
    for (Purchase purchase : read) {
      switch (view.name()) {
        case "revenue" ->
            expected.merge(
                row(purchase, Duration.ofMinutes(10), purchase.item()),
                purchase.amount(),
                Long::sum);
        case "buyers" ->
            buyers
                .computeIfAbsent(
                    row(purchase, Duration.ofDays(1), purchase.item()), row -> new HashSet<>())
                .add(purchase.buyer());
        default -> {
          long units = purchase.amount() % 4;
          if (units > 0) {
            String key = purchase.buyer() + "/" + purchase.item();
            expected.merge(row(purchase, Duration.ofSeconds(1), key), units, Long::sum);
          }
        }
      }
    }
    buyers.forEach((row, names) -> expected.put(row, (long) names.size()));
    Map<String, Long> actual = new TreeMap<>();
    for (Answer.Row<String, Long> row : ViewReader.of(store, view).read(Query.all()).rows()) {
      String name = row.bucket().orElseThrow().start() + " " + row.key();
      assertThat(scenario + ", " + name + " twice", actual.put(name, row.value()), is(nullValue()));
    }
    Map<String, Long> missing = new TreeMap<>(expected);
    missing.entrySet().removeAll(actual.entrySet());
    actual.entrySet().removeAll(expected.entrySet());
    assertThat(scenario + ", view " + view.name() + ", rows that are wrong", actual, is(missing));
  }

  private static String row(Purchase purchase, Duration bucket, String key) {
    long length = bucket.toMillis();
    long start = Math.floorDiv(purchase.time().toEpochMilli(), length) * length;
    return Instant.ofEpochMilli(start) + " " + key;
  }

  @SuppressWarnings("unchecked") // the views of Purchases have keys of text and values of numbers
  private static ViewDefinition<Purchase, String, ?, ?, Long> definition(String view) {
    return (ViewDefinition<Purchase, String, ?, ?, Long>) ALL.view(view);
  }

  private RunContext<Purchase> context(ViewStore store, Settings settings) {
    return context(store, settings, log);
  }

  private RunContext<Purchase> context(ViewStore store, Settings settings, EventLog from) {
    return new RunContext<>(
        application,
        from,
        store,
        settings,
        Duration.ofMillis(50),
        () -> runner.pipelineOptions(List.of()),
        mostFailedEvents);
  }

  @Override
  public void close() {
    closeStores();
    log.close();
  }

  private void closeStores() {
    shared.close();
    lambda.close();
    kappa.close();
  }
}
