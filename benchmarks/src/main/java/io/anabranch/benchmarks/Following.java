/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.benchmarks.harness.ChildProcess;
import io.anabranch.config.Providers;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a run that follows a log takes: how long after a record was appended it can be queried,
 * while others come; and what it costs once the log is quiet.
 */
@Command(
    name = "Following",
    mixinStandardHelpOptions = true,
    description = "Time from append to answer while records come, and the cost of a quiet log.")
public final class Following implements Callable<Integer> {
  private static final int APPENDS_PER_SECOND = 10;
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final Duration SETTLE = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final double NANOS_PER_SECOND = 1e9;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  @Option(names = "--rate", description = "Records a second; default 20000.")
  private int rate = 20_000;

  @Option(names = "--seconds", description = "How long records come; default 60.")
  private int seconds = 60;

  @Option(names = "--quiet-seconds", description = "How long the log is quiet; default 60.")
  private int quietSeconds = 60;

  @Option(names = "--refresh", description = "speed.refresh; default 500ms.")
  private String refresh = "500ms";

  private final PrintStream out;
  private final Map<Integer, Instant> appended = new ConcurrentHashMap<>();

  Following(PrintStream out) {
    this.out = out;
  }

  /** Runs it and exits. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Following(System.out)).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds <= 2 * WARM_UP.toSeconds()) {
      out.printf("--seconds is %d: it must be more than %d%n", seconds, 2 * WARM_UP.toSeconds());
      return 2;
    }
    Path folder = Files.createTempDirectory("anabranch-benchmark");
    Files.writeString(
        folder.resolve("lambda.yaml"),
        """
        application: %s
        architecture: lambda
        runner: { profile: flink-local, options: { parallelism: 2 } }
        log: { kind: files, path: log, epoch: 1h }
        store: { url: "jdbc:sqlite:store/views.db" }
        speed: { refresh: %s }
        """
            .formatted(PageViewsOnly.class.getName(), refresh));
    Process run =
        new ChildProcess(
                Map.of("ANABRANCH_CLASSPATH", Contestants.classPath(PageViewsOnly.class)),
                folder.resolve("output.txt"))
            .start(
                List.of(
                    Comparison.home().resolve("anabranch").toString(),
                    "run",
                    "-c",
                    folder.resolve("lambda.yaml").toString()));
    try (AppendableLog log =
        (AppendableLog)
            Providers.installed()
                .log("files")
                .orElseThrow()
                .open(
                    new Settings(
                        Map.of("path", folder.resolve("log").toString(), "epoch", "1h")))) {
      freshness(log, folder, run);
      quiet(run);
    } finally {
      run.destroy();
      run.waitFor();
      Contestants.delete(folder);
    }
    return 0;
  }

  private void freshness(AppendableLog log, Path folder, Process run)
      throws IOException, InterruptedException {
    awaitStore(folder);
    Thread writer = new Thread(() -> write(log, Instant.now()), "writer");
    writer.start();
    Optional<Instant> first = Optional.empty();
    Optional<Instant> warm = Optional.empty();
    double cpu = 0;
    double[] delays = new double[seconds * APPENDS_PER_SECOND];
    int found = 0;
    try (ViewReader<String, Long> reader =
        ViewReader.open(
            Map.of("url", "jdbc:sqlite:" + folder.resolve("store").resolve("views.db")),
            PageViewsOnly.class,
            "page-views",
            String.class,
            Long.class)) {
      for (int marker = 0; marker < seconds * APPENDS_PER_SECOND; marker++) {
        Instant at = appended(marker);
        await(reader, marker);
        Instant now = Instant.now();
        first = first.isPresent() ? first : Optional.of(now);
        if (warm.isEmpty() && Duration.between(first.get(), at).compareTo(WARM_UP) > 0) {
          warm = Optional.of(now);
          cpu = ChildProcess.cpuSeconds(run.pid());
        }
        if (warm.isPresent()) {
          delays[found++] = Duration.between(at, now).toNanos() / NANOS_PER_SECOND;
        }
      }
    }
    double measured = Duration.between(warm.orElseThrow(), Instant.now()).toMillis() / 1_000.0;
    writer.join();
    double[] sorted = Arrays.copyOf(delays, found);
    Arrays.sort(sorted);
    out.printf(
        Locale.ROOT,
        "append to answer at %,d records/s, refresh %s: p50 %.2f s, p90 %.2f s, p99 %.2f s"
            + " (%d looks); %.2f cores; %.0f MB%n",
        rate,
        refresh,
        sorted[found / 2],
        sorted[found * 9 / 10],
        sorted[found * 99 / 100],
        found,
        (ChildProcess.cpuSeconds(run.pid()) - cpu) / measured,
        ChildProcess.residentMegabytes(run.pid()));
  }

  private void write(AppendableLog log, Instant began) {
    for (int i = 0; i < seconds * APPENDS_PER_SECOND; i++) {
      sleepUntil(began.plusMillis(1_000L * i / APPENDS_PER_SECOND));
      Instant now = Instant.now();
      StringBuilder lines = new StringBuilder(line("/marker/" + i, now));
      for (int record = 1; record < rate / APPENDS_PER_SECOND; record++) {
        lines.append(line("/page/" + (record * 31 + i) % 1_000, now));
      }
      log.append(List.of(new Lines(lines.toString())), Optional.empty());
      appended.put(i, Instant.now());
    }
  }

  private static String line(String page, Instant time) {
    return "198.18.0.7 - - [%s] \"GET %s HTTP/1.1\" 200 5120 \"-\" \"agent\"%n"
        .formatted(TIME.format(time), page);
  }

  private void awaitStore(Path folder) throws InterruptedException {
    long started = System.nanoTime();
    while (!Files.exists(folder.resolve("store").resolve("views.db"))) {
      if (System.nanoTime() - started > PATIENCE.toNanos()) {
        throw new IllegalStateException("the run made no store");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Returns when a marker was appended. */
  private Instant appended(int marker) throws InterruptedException {
    while (!appended.containsKey(marker)) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    return appended.get(marker);
  }

  private static void await(ViewReader<String, Long> reader, int marker)
      throws InterruptedException {
    long started = System.nanoTime();
    Query query = Query.all().key("/marker/" + marker);
    while (reader.read(query).rows().isEmpty()) {
      if (System.nanoTime() - started > PATIENCE.toNanos()) {
        throw new IllegalStateException("marker " + marker + " did not come");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private void quiet(Process run) throws IOException, InterruptedException {
    TimeUnit.MILLISECONDS.sleep(SETTLE.toMillis());
    double cpu = ChildProcess.cpuSeconds(run.pid());
    double megabytes = ChildProcess.residentMegabytes(run.pid());
    long files = openFiles(run);
    TimeUnit.SECONDS.sleep(quietSeconds);
    out.printf(
        Locale.ROOT,
        "quiet log for %d s: %.1f %% of a core, %.0f MB to %.0f MB, %d open files to %d%n",
        quietSeconds,
        100 * (ChildProcess.cpuSeconds(run.pid()) - cpu) / quietSeconds,
        megabytes,
        ChildProcess.residentMegabytes(run.pid()),
        files,
        openFiles(run));
  }

  private static long openFiles(Process run) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(run.pid()), "fd"))) {
      return files.count();
    }
  }

  private static void sleepUntil(Instant time) {
    try {
      TimeUnit.MILLISECONDS.sleep(Math.max(0, Duration.between(Instant.now(), time).toMillis()));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Lines(String text) implements AppendableLog.Input {
    @Override
    public String name() {
      return "records";
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
  }
}
