/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static io.anabranch.testing.AnswerMatchers.hasExactlyTheRowsOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.AppendableLog;
import io.anabranch.api.spi.AppendableLog.Input;
import io.anabranch.api.spi.Settings;
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

/**
 * A real log and real stores of one test, and beside them a plain model: which purchases are in
 * which epoch, and which of them each layer has read.
 */
final class World implements AutoCloseable {
  private final LoadedApplication<Purchase> application = LoadedApplication.of(new Purchases());
  private final AppendableLog log;
  private final Settings lambdaSettings;
  private final Settings kappaSettings;
  private final ViewStore lambda;
  private final ViewStore kappa;
  private final RunnerProfile runner;

  private final List<Entry> entries = new ArrayList<>();
  private final TreeSet<String> broken = new TreeSet<>();
  private long batchThrough = Epochs.NONE;
  private int speedRead;
  private int kappaRead;
  private boolean lambdaRan;
  private boolean kappaRan;

  private record Entry(long epoch, Purchase purchase) {}

  World(Path folder, RunnerProfile runner) {
    this.runner = runner;
    Map<String, String> settings = Map.of("path", folder.resolve("log").toString(), "epoch", "1h");
    log =
        (AppendableLog)
            Providers.installed().log("files").orElseThrow().open(new Settings(settings));
    lambdaSettings = new Settings(Map.of("url", "jdbc:sqlite:" + folder.resolve("lambda.db")));
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
  }

  void closeThrough(Instant time) {
    log.closeThrough(time);
  }

  void batch() {
    batchThrough = BatchRun.run(context(lambda, lambdaSettings), false, run -> {}).through();
    lambdaRan = true;
  }

  void speed() {
    StreamRun.untilCaughtUp(context(lambda, lambdaSettings), Architecture.LAMBDA, run -> {});
    speedRead = entries.size();
    lambdaRan = true;
  }

  void kappa() {
    StreamRun.untilCaughtUp(context(kappa, kappaSettings), Architecture.KAPPA, run -> {});
    kappaRead = entries.size();
    kappaRan = true;
  }

  /** Compares every row of every view of both stores with a plain fold of what was read. */
  void check(String story) {
    if (lambdaRan) {
      List<Purchase> read = new ArrayList<>();
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get(i);
        if (entry.epoch() <= batchThrough || i < speedRead) {
          read.add(entry.purchase());
        }
      }
      check(story + " [lambda]", lambda, read);
    }
    if (kappaRan) {
      List<Purchase> read = entries.subList(0, kappaRead).stream().map(Entry::purchase).toList();
      check(story + " [kappa]", kappa, read);
      if (kappaRead == entries.size()) {
        assertThat(story, kappa.deadLetterCount(), is((long) broken.size()));
      }
    }
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
    return new RunContext<>(
        application,
        log,
        store,
        settings,
        Duration.ofMillis(50),
        runner.pipelineOptions(List.of()));
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
