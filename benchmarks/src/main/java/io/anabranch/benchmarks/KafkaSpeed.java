/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.benchmarks.harness.ChildProcess;
import io.anabranch.benchmarks.harness.Measured;
import io.anabranch.benchmarks.harness.Series;
import io.anabranch.benchmarks.peers.TopicReads;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
import io.anabranch.examples.web.WebAnalytics;
import io.anabranch.examples.web.WebTraffic;
import io.anabranch.testing.server.KafkaBroker;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast lines get into a topic, by {@code ingest} and by Kafka's own {@code
 * kafka-producer-perf-test}; and how fast records get out of it into a count on Flink, by this log
 * and by Beam's {@code KafkaIO}. Turn about, in another order each round, each in a process of its
 * own, with one broker.
 */
@Command(
    name = "KafkaSpeed",
    mixinStandardHelpOptions = true,
    description = "Time writes to a topic, and reads from it, beside Kafka's tool and KafkaIO.")
public final class KafkaSpeed implements Callable<Integer> {
  private static final Instant DAY = Instant.parse("2026-03-02T00:00:00Z");
  private static final int LINES_MADE = 100_000;

  @Option(names = "--records", description = "Records; default 2000000.")
  private int records = 2_000_000;

  @Option(names = "--partitions", description = "Partitions of each topic; default 4.")
  private int partitions = 4;

  @Option(names = "--rounds", description = "Rounds; default 5.")
  private int rounds = 5;

  private final PrintStream out;

  KafkaSpeed(PrintStream out) {
    this.out = out;
  }

  /** Runs it and exits. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new KafkaSpeed(System.out)).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("anabranch-benchmark");
    Path some = lines(folder.resolve("some.log"), LINES_MADE); // it reads all before it begins
    Path lines = lines(folder.resolve("lines.log"), records);
    Series tool = new Series("kafka-producer-perf-test");
    Series ingest = new Series("ingest");
    Series kafkaIo = new Series("KafkaIO");
    Series follow = new Series("follow");
    try (KafkaBroker kafka = KafkaBroker.start()) {
      for (int round = 1; round <= rounds; round++) {
        String toolTopic = topic(kafka, "tool-" + round);
        String topic = topic(kafka, "ingest-" + round);
        List<Contest> contests =
            new ArrayList<>(
                List.of(
                    () -> tool.add(process(folder).run(tool(kafka, toolTopic, some))),
                    () -> ingest.add(process(folder).run(ingest(folder, kafka, topic, lines))),
                    () -> kafkaIo.add(read(folder, kafka, topic, TopicReads.KAFKA_IO)),
                    () -> follow.add(read(folder, kafka, topic, TopicReads.FOLLOW))));
        if (round % 2 == 0) {
          Collections.swap(contests, 0, 1);
          Collections.swap(contests, 2, 3);
        }
        for (Contest contest : contests) {
          contest.run();
        }
        kafka.withAdmin(admin -> admin.deleteTopics(List.of(toolTopic, topic)).all().get());
        out.printf("round %d of %d%n", round, rounds);
      }
    } finally {
      for (String file : List.of("some.log", "lines.log")) {
        Files.deleteIfExists(folder.resolve(file));
      }
    }
    print("write", ingest, tool);
    print("read", follow, kafkaIo);
    return 0;
  }

  private void print(String what, Series own, Series peer) {
    for (Series each : List.of(own, peer)) {
      out.printf(
          "%s, %s: %,.0f records/s, %.1f s (%s), CPU %.1f s%n",
          what,
          each.name(),
          records / each.median().wallSeconds(),
          each.median().wallSeconds(),
          each.spread(),
          each.median().cpuSeconds());
    }
    out.printf("%s: %.2f times as fast%n", what, own.timesFasterThan(peer));
  }

  /** One of those who take part. */
  private interface Contest {
    void run() throws IOException, InterruptedException;
  }

  private static Path lines(Path file, int count) throws IOException {
    List<Arrival> made = new WebTraffic().arrivals(42, LINES_MADE, DAY, Duration.ofHours(24));
    try (BufferedWriter writer = Files.newBufferedWriter(file, UTF_8)) {
      for (int line = 0; line < count; line++) {
        writer.write(made.get(line % made.size()).line());
        writer.write('\n');
      }
    }
    return file;
  }

  private String topic(KafkaBroker kafka, String name) {
    kafka.createTopic(name, partitions, Map.of("retention.ms", "-1"));
    return name;
  }

  private static ChildProcess process(Path folder) {
    return new ChildProcess(Map.of(), folder.resolve("output"));
  }

  private static List<String> java(String mainClass, List<String> arguments) {
    return java(System.getProperty("java.class.path"), mainClass, arguments);
  }

  private static List<String> java(String classPath, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(each -> each.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx2g",
            "-XX:+UseParallelGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            classPath,
            mainClass));
    command.addAll(arguments);
    return command;
  }

  /** With the settings of a producer that loses nothing, and batches as large as ours. */
  private List<String> tool(KafkaBroker kafka, String topic, Path lines) {
    return java(
        "org.apache.kafka.tools.ProducerPerformance",
        List.of(
            "--topic",
            topic,
            "--num-records",
            Integer.toString(records),
            "--throughput",
            "-1",
            "--payload-file",
            lines.toString(),
            "--producer-props",
            "bootstrap.servers=" + kafka.brokers(),
            "acks=all",
            "linger.ms=20",
            "batch.size=" + (256 << 10)));
  }

  private static List<String> ingest(Path folder, KafkaBroker kafka, String topic, Path lines)
      throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve(topic + ".yaml"),
            """
            application: %s
            architecture: kappa
            log:   { kind: kafka, brokers: "%s", topic: %s, epoch: 1h }
            store: { url: "jdbc:sqlite:%s" }
            """
                .formatted(
                    WebAnalytics.class.getName(),
                    kafka.brokers(),
                    topic,
                    folder.resolve("views.db")));
    return java(
        "io.anabranch.cli.Anabranch",
        List.of("ingest", lines.toString(), "-c", configuration.toString()));
  }

  /** KafkaIO cannot poll with clients of version 4. */
  private static String classPath(String reader) {
    String own = System.getProperty("java.class.path");
    Path clients =
        Path.of(
            System.getProperty("anabranch.home"), "benchmarks/target/kafka-io/kafka-clients.jar");
    return reader.equals(TopicReads.KAFKA_IO) ? clients + File.pathSeparator + own : own;
  }

  /** Counts time from the first record to the last, and the processor time of all of it. */
  private Measured read(Path folder, KafkaBroker kafka, String topic, String reader)
      throws IOException, InterruptedException {
    Measured all =
        process(folder)
            .run(
                java(
                    classPath(reader),
                    TopicReads.class.getName(),
                    List.of(reader, kafka.brokers(), topic, Integer.toString(records))));
    String seconds =
        Files.readString(folder.resolve("output"))
            .lines()
            .filter(line -> line.startsWith(TopicReads.SECONDS))
            .findFirst()
            .orElseThrow();
    return new Measured(
        Double.parseDouble(seconds.substring(TopicReads.SECONDS.length())),
        all.cpuSeconds(),
        all.residentMegabytes());
  }
}
