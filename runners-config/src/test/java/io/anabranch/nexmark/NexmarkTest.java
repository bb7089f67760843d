/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.nexmark;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Answer;
import io.anabranch.api.Bucket;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.config.Providers;
import io.anabranch.contracts.log.Lines;
import io.anabranch.nexmark.Auctions.Event;
import io.anabranch.nexmark.Auctions.Kind;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.run.BatchRun;
import io.anabranch.wiring.run.KappaRun;
import io.anabranch.wiring.run.RunListener;
import io.anabranch.wiring.run.SpeedRun;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The views of {@link Auctions} in Lambda and Kappa: after each of several batch and speed runs
 * over a log that grows, every row of every view equals the plain loops of {@link Expected}.
 */
final class NexmarkTest {
  private static final Instant START = Instant.parse("2015-05-21T00:00:00Z");
  private static final int HOURS = 6;
  private static final LoadedApplication<Event> AUCTIONS = LoadedApplication.of(new Auctions());

  @TempDir Path folder;
  private final List<Event> events = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyQueryEqualsThePlainLoopsOnTheDirectRunner(long seed) {
    run(seed, RunnerProfile.of("direct", Map.of("targetParallelism", "2")));
  }

  @Test
  void everyQueryEqualsThePlainLoopsOnFlink() {
    run(4, RunnerProfile.of("flink-local", Map.of("parallelism", "2")));
  }

  private void run(long seed, RunnerProfile runner) {
    Random random = new Random(seed);
    Settings lambda = store("lambda");
    Settings kappa = store("kappa");
    try (AppendableLog log = log();
        ViewStore lambdaStore = ViewStores.open(lambda);
        ViewStore kappaStore = ViewStores.open(kappa)) {
      RunContext<Event> ofLambda = context(log, lambdaStore, lambda, runner);
      RunContext<Event> ofKappa = context(log, kappaStore, kappa, runner);
      for (int hour = 0; hour < HOURS; hour++) {
        ingest(log, random, hour);
        log.closeThrough(START.plus(Duration.ofHours(hour + 1)));
        String told = "seed " + seed + ", hour " + hour;
        Instant line = START.plus(Duration.ofHours(hour + 1)).minus(Auctions.LATENESS);
        if (hour % 2 == 0) {
          BatchRun.of(ofLambda).run(RunListener.NONE);
          check(told + ", batch", lambdaStore, line);
        } else {
          SpeedRun.of(ofLambda).untilCaughtUp(true).run(RunListener.NONE);
          check(told + ", speed", lambdaStore, line);
        }
        if (hour % 3 == 2) {
          KappaRun.of(ofKappa).untilCaughtUp(true).run(RunListener.NONE);
          check(told + ", kappa", kappaStore, line);
        }
      }
    }
  }

  private void check(String told, ViewStore store, Instant line) {
    for (ViewDefinition<Event, ?, ?, ?, ?> view : AUCTIONS.views()) {
      Map<String, Object> expected = Expected.rows(view.name(), events, line);
      assertThat(told + ", " + view.name(), rows(store, view), is(expected));
      if (!line.isBefore(START.plus(Auctions.HOUR))) {
        assertThat(told + ", rows of " + view.name(), expected.size(), greaterThan(0));
      }
    }
  }

  private static <K, O> Map<String, Object> rows(
      ViewStore store, ViewDefinition<Event, K, ?, ?, O> view) {
    Map<String, Object> rows = new TreeMap<>();
    for (Answer.Row<K, O> row : ViewReader.of(store, view).read(Query.all()).rows()) {
      Bucket window = row.bucket().orElseThrow();
      rows.put(window.start() + "/" + window.end() + " " + row.key(), row.value());
    }
    return rows;
  }

  /** Everything of an hour, and some of the hour before that comes as late as is allowed. */
  private void ingest(AppendableLog log, Random random, int hour) {
    Instant at = START.plus(Duration.ofHours(hour)).plus(Duration.ofMinutes(59));
    List<Event> come = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      long minutes = hour > 0 && random.nextInt(10) == 0 ? -random.nextInt(20) : random.nextInt(60);
      Instant time =
          START
              .plus(Duration.ofHours(hour))
              .plus(Duration.ofMinutes(minutes))
              .plusMillis(random.nextInt(60_000))
              .minus(minutes < 0 ? Duration.ZERO : Duration.ofMillis(1));
      come.add(event(random, events.size() + i, time));
    }
    StringBuilder text = new StringBuilder();
    come.forEach(event -> text.append(event).append('\n'));
    log.append(List.of(Lines.of(text.toString())), Optional.of(at));
    events.addAll(come);
  }

  private static Event event(Random random, long id, Instant time) {
    String[] states = {"OR", "ID", "CA", "WA", "NY"};
    return switch (random.nextInt(10)) {
      case 0, 1 ->
          new Event(
              Kind.PERSON,
              time,
              random.nextInt(12),
              0,
              0,
              0,
              states[random.nextInt(states.length)]);
      case 2, 3 ->
          new Event(Kind.AUCTION, time, id, random.nextInt(12), 0, 9 + random.nextInt(2), "");
      default ->
          new Event(
              Kind.BID, time, id, random.nextInt(9), random.nextInt(12), random.nextInt(9_999), "");
    };
  }

  private AppendableLog log() {
    Settings settings =
        new Settings(Map.of("path", folder.resolve("log").toString(), "epoch", "1h"));
    return (AppendableLog) Providers.installed().log("files").orElseThrow().open(settings);
  }

  private Settings store(String name) {
    return new Settings(Map.of("url", "jdbc:sqlite:" + folder.resolve(name + ".db")));
  }

  private static RunContext<Event> context(
      AppendableLog log, ViewStore store, Settings settings, RunnerProfile runner) {
    return new RunContext<>(
        AUCTIONS,
        log,
        store,
        settings,
        Duration.ofMillis(50),
        () -> runner.pipelineOptions(List.of()));
  }
}
