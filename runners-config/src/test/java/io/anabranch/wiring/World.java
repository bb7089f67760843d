/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static io.anabranch.testing.AnswerMatchers.hasExactlyTheRowsOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Answer;
import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Provenance;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.AppendableLog;
import io.anabranch.api.spi.AppendableLog.Input;
import io.anabranch.api.spi.EventLog;
import io.anabranch.api.spi.GarbageRules;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.Reconciliation;
import io.anabranch.api.spi.RecordBatch;
import io.anabranch.api.spi.RowDifferences;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.StopSignal;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.ViewStores;
import io.anabranch.config.Providers;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import io.anabranch.testing.Fold;
import io.anabranch.transforms.Distinct;
import io.anabranch.transforms.Sum;
import io.anabranch.wiring.Purchases.Purchase;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * A real log and real stores of one test, and beside them a plain model: which purchases are in
 * which epoch, and which of them each layer has read.
 */
final class World implements AutoCloseable {
  private final LoadedApplication<Purchase> application = LoadedApplication.of(new Purchases());
  private final AppendableLog log;
  private final Settings lambdaSettings;
  private final Settings kappaSettings;
  private ViewStore lambda;
  private ViewStore kappa;
  private final RunnerProfile runner;

  private final List<Entry> entries = new ArrayList<>();
  private final TreeSet<String> broken = new TreeSet<>();
  private final List<Long> brokenEpochs = new ArrayList<>();
  private long batchThrough = Epochs.NONE;
  private int speedRead;
  private long speedComplete = Epochs.NONE;
  private boolean speedRan;
  private int kappaRead;
  private boolean lambdaRan;
  private boolean kappaRan;

  /** A log as it was when fewer epochs were closed. */
  private record EarlierLog(EventLog log, LogEnd end) implements EventLog {
    @Override
    public String id() {
      return log.id();
    }

    @Override
    public Epochs epochs() {
      return log.epochs();
    }

    @Override
    public PTransform<PBegin, PCollection<RecordBatch>> readClosed(EpochRange range) {
      return log.readClosed(range);
    }

    @Override
    public PTransform<PBegin, PCollection<RecordBatch>> follow(
        long after, Optional<LogEnd> until, StopSignal stop) {
      return log.follow(after, until, stop);
    }

    @Override
    public void close() {}
  }

  private record Entry(long epoch, Purchase purchase) {}

  World(Path folder, RunnerProfile runner) {
    this(folder, runner, "");
  }

  /** A world whose Lambda store has a prefix before its URL. */
  World(Path folder, RunnerProfile runner, String storePrefix) {
    this.runner = runner;
    Map<String, String> settings = Map.of("path", folder.resolve("log").toString(), "epoch", "1h");
    log =
        (AppendableLog)
            Providers.installed().log("files").orElseThrow().open(new Settings(settings));
    lambdaSettings =
        new Settings(Map.of("url", storePrefix + "jdbc:sqlite:" + folder.resolve("lambda.db")));
    kappaSettings = new Settings(Map.of("url", "jdbc:sqlite:" + folder.resolve("kappa.db")));
    lambda = ViewStores.open(lambdaSettings);
    kappa = ViewStores.open(kappaSettings);
  }

  Epochs epochs() {
    return log.epochs();
  }

  void ingest(Instant at, List<Purchase> purchases, List<String> brokenLines) {
    StringBuilder text = new StringBuilder();
    purchases.forEach(purchase -> text.append(purchase).append('\n'));
    brokenLines.forEach(line -> text.append(line).append('\n'));
    log.append(List.of(input(text.toString())), Optional.of(at));
    purchases.forEach(purchase -> entries.add(new Entry(epochs().at(at), purchase)));
    broken.addAll(brokenLines);
    brokenLines.forEach(line -> brokenEpochs.add(epochs().at(at)));
  }

  void closeThrough(Instant time) {
    log.closeThrough(time);
  }

  boolean hasClosedEpochs() {
    return log.end().lastClosedWithRecords().isPresent();
  }

  /** Computes what batch does not hold yet, and checks that no more than that was read. */
  void batch() {
    batch(false);
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
          new LogEnd(end.position(), through, end.firstEpoch(), Math.min(through, end.lastEpoch()));
      BatchRun.of(context(lambda, lambdaSettings, new EarlierLog(log, earlier))).run(run -> {});
      done.accept(through);
    }
    batchThrough = end.closedThrough();
  }

  private void batch(boolean full) {
    long after = full ? Epochs.NONE : batchThrough;
    BatchReport report = runBatch(full);
    batchThrough = report.through();
    lambdaRan = true;
    long records =
        entries.stream()
            .filter(each -> new EpochRange(after, batchThrough).contains(each.epoch()))
            .count();
    long brokenRecords =
        brokenEpochs.stream()
            .filter(each -> new EpochRange(after, batchThrough).contains(each))
            .count();
    assertThat("records read by batch", report.records(), is(records + brokenRecords));
    for (Reconciliation each : report.reconciliations()) {
      assertThat("rows that differ from speed: " + each, each.result().different(), is(0L));
    }
  }

  BatchReport runBatch(boolean full) {
    return runBatch(full, run -> {});
  }

  BatchReport runBatch(boolean full, LongConsumer started) {
    return BatchRun.of(context(lambda, lambdaSettings)).full(full).run(started);
  }

  BatchReport runBatch(Stop stop, LongConsumer started) {
    return BatchRun.of(context(lambda, lambdaSettings)).stoppedBy(stop).run(started);
  }

  long deadLetters() {
    return lambda.deadLetterCount();
  }

  void runSpeed() {
    StreamRun.untilCaughtUp(
        context(lambda, lambdaSettings), Architecture.LAMBDA, new Stop(), run -> {});
  }

  /** Asks the catalog how far another process got that was killed. */
  void learnFromStore() {
    List<LivePointer> pointers =
        application.views().stream()
            .map(view -> lambda.pointer(view.name()).orElseThrow())
            .toList();
    batchThrough = pointers.get(0).baseThrough();
    for (LivePointer pointer : pointers) {
      assertThat("views are promoted together", pointer.baseThrough(), is(batchThrough));
    }
    speedComplete = pointers.get(0).completeThrough();
  }

  void collectGarbageOfDead() {
    lambda.collectGarbage(new GarbageRules(Duration.ZERO, Duration.ZERO, false));
  }

  /** Fails if the store holds a slice, or rows of a slice, that readers do not see. */
  void checkNothingHidden(String story) {
    for (ViewStatus view : lambda.status()) {
      for (ViewStatus.Version version : view.versions()) {
        assertThat(story + ", " + version, version.live(), is(true));
        for (ViewStatus.Slice slice : version.slices()) {
          assertThat(story + ", " + slice, slice.visible(), is(true));
        }
      }
    }
  }

  void speed() {
    runSpeed();
    speedRead = entries.size();
    speedComplete = log.end().closedThrough();
    speedRan = true;
    lambdaRan = true;
  }

  void compact(Compaction.Choice choice) {
    Compaction.run(context(lambda, lambdaSettings), choice);
  }

  void collectGarbage() {
    lambda.collectGarbage(new GarbageRules(Duration.ZERO, Duration.ofDays(1), false));
  }

  void verify() {
    if (batchThrough == Epochs.NONE && speedComplete == Epochs.NONE) {
      return; // nothing is complete yet
    }
    for (ViewDefinition<Purchase, ?, ?, ?, ?> view : application.views()) {
      Verification.Report report =
          Verification.of(context(lambda, lambdaSettings), view, run -> {});
      assertThat(
          view.name(),
          report.differences(),
          is(new RowDifferences(report.differences().rows(), 0, 0, List.of())));
    }
  }

  /** Opens the stores anew, as another process would. */
  void restart() {
    lambda.close();
    kappa.close();
    lambda = ViewStores.open(lambdaSettings);
    kappa = ViewStores.open(kappaSettings);
  }

  void kappa() {
    StreamRun.untilCaughtUp(
        context(kappa, kappaSettings), Architecture.KAPPA, new Stop(), run -> {});
    kappaRead = entries.size();
    kappaRan = true;
  }

  /** Compares every row of every view of both stores with a plain fold of what was read. */
  void check(String story) {
    if (lambdaRan) {
      checkRows(story + " [lambda]");
      checkGaps(story + " [lambda]");
    }
    if (kappaRan) {
      List<Purchase> read = entries.subList(0, kappaRead).stream().map(Entry::purchase).toList();
      check(story + " [kappa]", kappa, read);
      if (kappaRead == entries.size()) {
        assertThat(story, kappa.deadLetterCount(), is((long) broken.size()));
      }
    }
  }

  /** Compares every row of the Lambda views with a plain fold of what batch or speed has read. */
  void checkRows(String story) {
    List<Purchase> read = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.epoch() <= batchThrough || i < speedRead) {
        read.add(entry.purchase());
      }
    }
    check(story, lambda, read);
  }

  /** An epoch is missing unless it is complete, or open and followed by speed. */
  private void checkGaps(String story) {
    LogEnd end = log.end();
    TreeSet<Long> expected = new TreeSet<>();
    for (long epoch = end.firstEpoch(); epoch <= end.lastEpoch(); epoch++) {
      boolean complete = epoch <= Math.max(batchThrough, speedComplete);
      if (!complete && !(speedRan && epoch > end.closedThrough())) {
        expected.add(epoch);
      }
    }
    TreeSet<Long> told = new TreeSet<>();
    Answer<?, ?> answer =
        ViewReader.of(lambda, application.view("revenue")).against(log::end).read(Query.all());
    for (Provenance.Gap gap : answer.provenance().gaps()) {
      for (long epoch = gap.first(); epoch <= gap.last(); epoch++) {
        told.add(epoch);
      }
    }
    assertThat(story + ", epochs that are not covered", told, is(expected));
  }

  private void check(String story, ViewStore store, List<Purchase> read) {
    Fold<String, Long, ?, Long> revenue = Fold.of(Duration.ofMinutes(10), Sum.ofLongs());
    Fold<String, String, ?, Long> buyers = Fold.of(Duration.ofDays(1), Distinct.approximately());
    Fold<String, Long, ?, Long> units = Fold.of(Duration.ofSeconds(1), Sum.ofLongs());
    for (Purchase purchase : read) {
      revenue.add(purchase.time(), purchase.item(), purchase.amount());
      buyers.add(purchase.time(), purchase.item(), purchase.buyer());
      for (int unit = 0; unit < purchase.amount() % 4; unit++) {
        units.add(purchase.time(), purchase.buyer() + "/" + purchase.item(), 1L);
      }
    }
    check(story, store, "revenue", revenue);
    check(story, store, "buyers", buyers);
    check(story, store, "units", units);
  }

  @SuppressWarnings("unchecked") // the views of Purchases have keys of text and values of numbers
  private void check(String story, ViewStore store, String view, Fold<String, ?, ?, Long> fold) {
    ViewDefinition<Purchase, String, ?, ?, Long> definition =
        (ViewDefinition<Purchase, String, ?, ?, Long>) application.view(view);
    assertThat(
        story + ", view " + view,
        ViewReader.of(store, definition).read(Query.all()),
        hasExactlyTheRowsOf(fold));
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
        () -> runner.pipelineOptions(List.of()));
  }

  private static Input input(String text) {
    return new Input() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
      }
    };
  }

  @Override
  public void close() {
    lambda.close();
    kappa.close();
    log.close();
  }
}
