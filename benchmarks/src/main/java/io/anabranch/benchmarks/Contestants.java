/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks;

import io.anabranch.benchmarks.harness.ChildProcess;
import io.anabranch.benchmarks.harness.Measured;
import io.anabranch.benchmarks.harness.RepeatedLog;
import io.anabranch.benchmarks.peers.HandWrittenBeam;
import io.anabranch.benchmarks.peers.NativeFlink;
import io.anabranch.benchmarks.peers.PageViewsTable;
import io.anabranch.benchmarks.peers.PageViewsTable.Cell;
import io.anabranch.benchmarks.peers.PlainJava;
import io.anabranch.examples.web.WebAnalytics;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One log, and those who compute {@code page-views} from it. */
final class Contestants {
  private static final int DAYS_OF_SHORT_LOG = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int REFRESH_MILLIS = 1_000; // of speed.refresh, unless it is configured

  private final Path folder;
  private final Path log;
  private final int parallelism;
  private final ChildProcess child;
  private final Map<Cell, Long> expected = new HashMap<>();
  private LogMaker makeLog = () -> {};

  /**
   * One of them.
   *
   * @param round makes the rows anew
   * @param check compares the rows with those of the first one
   * @param mustBeSlower whether it is what the first one has to beat
   */
  record Contestant(String name, Round round, Check check, boolean mustBeSlower) {}

  /** Measures one run. */
  interface Round {
    Measured run() throws IOException, InterruptedException;
  }

  /** Writes the log. */
  private interface LogMaker {
    void run() throws IOException;
  }

  /** Looks at rows. */
  interface Check {
    void run();
  }

  private Contestants(Path folder, int parallelism) {
    this.folder = folder;
    this.log = folder.resolve("access.log");
    this.parallelism = parallelism;
    this.child =
        new ChildProcess(
            Map.of("ANABRANCH_CLASSPATH", classPath(PageViewsOnly.class)),
            folder.resolve("output.txt"));
  }

  /** Those of a log, which is made when the first of them needs it. */
  static Contestants of(Path folder, List<String> shortLog, int lines, int each, int parallelism)
      throws IOException {
    Files.createDirectories(folder);
    Contestants contestants = new Contestants(folder, parallelism);
    contestants.configuration("lambda", PageViewsOnly.class);
    contestants.configuration("kappa", PageViewsOnly.class);
    contestants.configuration("views", WebAnalytics.class);
    contestants.makeLog =
        () -> RepeatedLog.of(shortLog, DAYS_OF_SHORT_LOG).write(contestants.log, lines, each);
    return contestants;
  }

  private void prepare() throws IOException, InterruptedException {
    if (!Files.exists(log)) {
      makeLog.run();
      RepeatedLog.cut(log, parts(), parallelism);
      command("lambda", "ingest", log.toString(), "--at", "2024-01-01T00:30:00Z");
      command("lambda", "close", "--through", "2024-01-01T01:00:00Z");
    }
  }

  private void configuration(String name, Class<?> application) throws IOException {
    Files.writeString(
        folder.resolve(name + ".yaml"),
        """
        application: %s
        architecture: %s
        runner: { profile: flink-local, options: { parallelism: %d } }
        log: { kind: files, path: log, epoch: 1h }
        store: { url: "jdbc:sqlite:store/views.db" }
        """
            .formatted(
                application.getName(), name.equals("kappa") ? "kappa" : "lambda", parallelism));
  }

  List<Contestant> batch() {
    return List.of(
        anabranch("Anabranch, batch"),
        beam("Beam by hand, batch", false, 0),
        flink("Flink by hand, streaming mode", "STREAMING"),
        flink("Flink by hand, batch mode", "BATCH"),
        plain());
  }

  /** Batch against the best of each kind that it must beat. */
  List<Contestant> mustWin() {
    return batch().subList(0, 3);
  }

  List<Contestant> speed() {
    return List.of(
        anabranch("Anabranch, speed", "lambda", "--layer", "speed", "--until-caught-up"),
        beam("Beam by hand, streaming", true, 0),
        beam("Beam by hand, rows within 1 s", true, REFRESH_MILLIS),
        flink("Flink by hand, streaming mode", "STREAMING"));
  }

  List<Contestant> kappa() {
    return List.of(
        anabranch("Anabranch, Kappa", "kappa", "--until-caught-up"), anabranch("Anabranch, batch"));
  }

  List<Contestant> views() {
    return List.of(anabranch("three views", "views", "--layer", "batch"), anabranch("one of them"));
  }

  /** Short commands, after a batch run. */
  List<Contestant> start() {
    return List.of(
        shortCommand("query of one key", "query", "page-views", "--key", "/"),
        shortCommand("status", "status"),
        shortCommand("--help", "--help"));
  }

  private Contestant shortCommand(String name, String... arguments) {
    return new Contestant(
        name,
        () -> {
          prepare();
          if (!Files.exists(store())) {
            command("lambda", "run", "--layer", "batch");
          }
          return arguments[0].equals("--help")
              ? child.run(List.of(launcher(), "--help"))
              : command("lambda", arguments);
        },
        () -> {},
        false);
  }

  Contestant anabranch(String name) {
    return anabranch(name, "lambda", "--layer", "batch");
  }

  private Contestant anabranch(String name, String configuration, String... options) {
    List<String> arguments = new ArrayList<>(List.of("run"));
    arguments.addAll(List.of(options));
    return new Contestant(
        name,
        () -> {
          prepare();
          delete(store().getParent());
          return command(configuration, arguments.toArray(String[]::new));
        },
        () -> check(name, answer()),
        false);
  }

  private Measured command(String configuration, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-c", folder.resolve(configuration + ".yaml").toString()));
    return child.run(command);
  }

  private static String launcher() {
    return Comparison.home().resolve("anabranch").toString();
  }

  /** The log in as many files as there are readers: Flink reads a file by one. */
  private Path parts() {
    return folder.resolve("parts");
  }

  private Path store() {
    return folder.resolve("store").resolve("views.db");
  }

  private Contestant beam(String name, boolean streaming, int refreshMillis) {
    return peer(
        name,
        HandWrittenBeam.class,
        "--input=" + log,
        "--url=" + PageViewsTable.url(table()),
        "--runner=FlinkRunner",
        "--parallelism=" + parallelism,
        "--objectReuse=true",
        "--streaming=" + streaming,
        "--refreshMillis=" + refreshMillis);
  }

  private Contestant flink(String name, String mode) {
    return peer(
        name,
        NativeFlink.class,
        mode,
        parts().toString(),
        PageViewsTable.url(table()),
        Integer.toString(parallelism));
  }

  private Contestant plain() {
    Contestant plain =
        peer(
            "plain Java",
            PlainJava.class,
            log.toString(),
            PageViewsTable.url(table()),
            Integer.toString(parallelism));
    return new Contestant(plain.name(), plain.round(), plain.check(), false);
  }

  /** A JVM with the collector and heap that the launcher gives to Anabranch. */
  private Contestant peer(String name, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-opens") || option.startsWith("-Dorg.slf4j"))
        .forEach(command::add);
    command.addAll(List.of("-XX:+UseParallelGC", "-Xmx2g"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new Contestant(
        name,
        () -> {
          prepare();
          delete(table().getParent());
          Files.createDirectories(table().getParent());
          return child.run(command);
        },
        () -> check(name, tableRows()),
        true);
  }

  private Path table() {
    return folder.resolve("by-hand").resolve("page-views.db");
  }

  private Map<Cell, Long> tableRows() {
    try {
      return PageViewsTable.rows(table());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<Cell, Long> answer() {
    Map<Cell, Long> rows = new HashMap<>();
    try (ViewReader<String, Long> reader =
        ViewReader.open(
            Map.of("url", "jdbc:sqlite:" + store()),
            PageViewsOnly.class,
            "page-views",
            String.class,
            Long.class)) {
      reader.stream(
          Query.all().within(PATIENCE),
          row ->
              rows.put(
                  new Cell(row.key(), row.bucket().orElseThrow().start().toEpochMilli()),
                  row.value()));
    }
    return rows;
  }

  private void check(String name, Map<Cell, Long> rows) {
    if (expected.isEmpty()) {
      expected.putAll(rows);
    }
    if (!rows.equals(expected)) {
      throw new IllegalStateException(
          "%s made %,d rows, not the %,d of the first"
              .formatted(name, rows.size(), expected.size()));
    }
  }

  static String classPath(Class<?> of) {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
