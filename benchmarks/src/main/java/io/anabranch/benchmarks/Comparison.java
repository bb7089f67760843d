/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks;

import io.anabranch.benchmarks.harness.Report;
import io.anabranch.benchmarks.harness.Series;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
import io.anabranch.examples.web.WebTraffic;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Whole processes, from a log to rows that can be queried: Anabranch against the same job written
 * by hand, in turn. Each contestant's rows are compared with those of the first, once.
 */
@Command(
    name = "all",
    mixinStandardHelpOptions = true,
    description = "Time Anabranch against the same job written by hand.")
public final class Comparison implements Callable<Integer> {
  private static final int SHORT_LOG = 10_000;
  private static final int DAYS_OF_SHORT_LOG = 4;
  private static final int QUICK_LINES = 3_000_000;
  private static final Instant START = Instant.parse("2015-05-17T00:00:00Z");

  @Option(
      names = "--log",
      description = "An access log of four days to repeat; default one of the demo's generator.")
  private Optional<Path> log = Optional.empty();

  @Option(names = "--lines", description = "Lines of the long log; default 5000000.")
  private int lines = 5_000_000;

  @Option(names = "--rounds", description = "Rounds of all contestants; default 5.")
  private int rounds = 5;

  @Option(names = "--parallelism", description = "Threads of each contestant; default 2.")
  private int parallelism = 2;

  @Option(
      names = "--figures",
      split = ",",
      description = "Which: ${COMPLETION-CANDIDATES}; default all.")
  private List<Figure> figures = List.of(Figure.values());

  @Option(names = "--out", description = "Where tables and plots go; default target/benchmarks.")
  private Path folder = home().resolve("target").resolve("benchmarks");

  @Option(names = "--quick", description = "A short log and one round, and ratios that must hold.")
  private boolean quick;

  private final PrintStream out;

  /** What can be measured. */
  enum Figure {
    BATCH,
    BATCH_FEW_ROWS,
    SPEED,
    SPEED_FEW_ROWS,
    KAPPA,
    VIEWS,
    MEMORY,
    START
  }

  Comparison(PrintStream out) {
    this.out = out;
  }

  /** Runs it and exits. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Comparison(System.out))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(args));
  }

  static Path home() {
    return Path.of(System.getProperty("anabranch.home", ".")).toAbsolutePath().normalize();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (quick) {
      lines = QUICK_LINES;
      rounds = 1;
      figures = List.of(Figure.BATCH);
    }
    Files.createDirectories(folder);
    Path work = Files.createTempDirectory(folder, "work");
    Report report = new Report(folder, out);
    report.line(
        "%,d lines, %d rounds in turn, %d threads, JDK %s, %s",
        lines, rounds, parallelism, System.getProperty("java.version"), cpu());
    List<String> shortLog = shortLog();
    boolean holds = true;
    try {
      // Copies of the same days make no more rows: 5 copies each, and all of them.
      Contestants sparse = Contestants.of(work.resolve("many"), shortLog, lines, 5, parallelism);
      Contestants dense =
          Contestants.of(work.resolve("few"), shortLog, lines, Integer.MAX_VALUE, parallelism);
      for (Figure figure : figures) {
        switch (figure) {
          case BATCH ->
              holds &= table(report, "Batch, many rows", quick ? sparse.mustWin() : sparse.batch());
          case BATCH_FEW_ROWS -> holds &= table(report, "Batch, few rows", dense.batch());
          case SPEED -> holds &= table(report, "Speed, many rows", sparse.speed());
          case SPEED_FEW_ROWS -> holds &= table(report, "Speed, few rows", dense.speed());
          case KAPPA -> table(report, "Backfill of Kappa", sparse.kappa());
          case VIEWS -> table(report, "Three views", sparse.views());
          case MEMORY -> table(report, "A log of a tenth", memory(work, shortLog, sparse));
          case START -> table(report, "Start", sparse.start());
        }
      }
    } finally {
      Contestants.delete(work);
    }
    if (quick && !holds) {
      out.println("too slow: a contestant that the first must beat was faster");
      return 1;
    }
    return 0;
  }

  private List<Contestants.Contestant> memory(Path work, List<String> shortLog, Contestants all)
      throws IOException {
    Contestants tenth = Contestants.of(work.resolve("tenth"), shortLog, lines / 10, 5, parallelism);
    return List.of(all.anabranch("all lines"), tenth.anabranch("a tenth of them"));
  }

  /** Returns whether the first was faster than each that it must beat. */
  private boolean table(Report report, String title, List<Contestants.Contestant> contestants)
      throws IOException, InterruptedException {
    List<Series> all = new ArrayList<>();
    contestants.forEach(each -> all.add(new Series(each.name())));
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < contestants.size(); i++) {
        all.get(i).add(contestants.get(i).round().run());
        if (round == 0) {
          contestants.get(i).check().run();
        }
        out.printf("  %s: %.1f s%n", contestants.get(i).name(), all.get(i).last().wallSeconds());
      }
    }
    report.table(title, all);
    boolean holds = true;
    for (int i = 0; i < contestants.size(); i++) {
      holds &= !contestants.get(i).mustBeSlower() || all.get(0).timesFasterThan(all.get(i)) > 1;
    }
    return holds;
  }

  private List<String> shortLog() throws IOException {
    if (log.isPresent()) {
      return Files.readAllLines(log.get(), StandardCharsets.ISO_8859_1);
    }
    return new WebTraffic()
        .arrivals(42, SHORT_LOG, START, Duration.ofDays(DAYS_OF_SHORT_LOG)).stream()
            .map(Arrival::line)
            .toList();
  }

  private static String cpu() throws IOException {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.replaceFirst(".*:\\s*", ""))
        .findFirst()
        .orElse("unknown processor");
  }
}
