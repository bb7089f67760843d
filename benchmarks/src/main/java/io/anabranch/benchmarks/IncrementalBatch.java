/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
import io.anabranch.config.Providers;
import io.anabranch.examples.web.WebAnalytics;
import io.anabranch.examples.web.WebTraffic;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.run.BatchReport;
import io.anabranch.wiring.run.BatchRun;
import io.anabranch.wiring.run.RunListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a batch run for one new epoch costs, and what a full run over all of them: the same log, the
 * same process, turn about. Each time holds all of a run: pipeline, comparison with the version
 * that was live before, and promotion. There is no speed layer.
 */
@Command(
    name = "IncrementalBatch",
    mixinStandardHelpOptions = true,
    description = "Time a batch run for one new epoch against a full one.")
public final class IncrementalBatch implements Callable<Integer> {
  private static final Duration EPOCH = Duration.ofHours(1);
  private static final Instant START = Instant.parse("2026-03-02T00:00:00Z");
  private static final double NANOS_PER_SECOND = 1e9;

  @Option(names = "--epochs", description = "Epochs in the version before; default 100.")
  private int epochs = 100;

  @Option(names = "--events", description = "Records of an epoch; default 2000.")
  private int events = 2_000;

  @Option(names = "--rounds", description = "Pairs of runs; default 5.")
  private int rounds = 5;

  @Option(names = "--runner", description = "The runner profile; default direct.")
  private String runner = "direct";

  private final PrintStream out;

  IncrementalBatch(PrintStream out) {
    this.out = out;
  }

  /** Runs it and exits. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new IncrementalBatch(System.out)).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("anabranch-benchmark");
    Settings logSettings =
        new Settings(Map.of("path", folder.resolve("log").toString(), "epoch", "1h"));
    Settings storeSettings =
        new Settings(Map.of("url", "jdbc:sqlite:" + folder.resolve("views.db")));
    try (AppendableLog log =
            (AppendableLog) Providers.installed().log("files").orElseThrow().open(logSettings);
        ViewStore store = ViewStores.open(storeSettings)) {
      fill(log);
      measure(
          new RunContext<>(
              LoadedApplication.of(new WebAnalytics()),
              log,
              store,
              storeSettings,
              Duration.ofSeconds(1),
              () -> RunnerProfile.of(runner, Map.of()).pipelineOptions(List.of())),
          log);
    } finally {
      delete(folder);
    }
    return 0;
  }

  private void fill(AppendableLog log) {
    int all = epochs + rounds;
    List<Arrival> arrivals =
        new WebTraffic().arrivals(42, events * all, START, EPOCH.multipliedBy(all));
    Map<Long, String> byEpoch =
        arrivals.stream()
            .collect(
                Collectors.groupingBy(
                    arrival -> log.epochs().at(arrival.ingested()),
                    Collectors.mapping(Arrival::line, Collectors.joining("\n"))));
    byEpoch.forEach(
        (epoch, lines) ->
            log.append(List.of(new Lines(lines)), Optional.of(log.epochs().start(epoch))));
    out.printf("%,d records in %,d epochs, runner %s%n", arrivals.size(), all, runner);
  }

  private void measure(RunContext<?> context, AppendableLog log) {
    log.closeThrough(START.plus(EPOCH.multipliedBy(epochs)));
    run(context, true); // warms up, and makes the version to continue
    List<Double> incremental = new ArrayList<>();
    List<Double> full = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      log.closeThrough(START.plus(EPOCH.multipliedBy(epochs + round)));
      incremental.add(run(context, false));
      full.add(run(context, true));
    }
    double one = median(incremental);
    double all = median(full);
    out.printf(
        "medians of %d: one epoch %.2f s, all %.2f s; a full run takes %.1f times as long%n",
        rounds, one, all, all / one);
  }

  /** Returns the seconds. */
  private double run(RunContext<?> context, boolean anew) {
    long started = System.nanoTime();
    BatchReport report = BatchRun.of(context).full(anew).run(RunListener.NONE);
    double seconds = (System.nanoTime() - started) / NANOS_PER_SECOND;
    out.printf(
        "  %-11s %,9d records read, %,9d rows stored, %6.2f s%n",
        anew ? "full" : "incremental", report.records(), report.rows(), seconds);
    return seconds;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private record Lines(String text) implements AppendableLog.Input {
    @Override
    public String name() {
      return "sample traffic";
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
  }
}
