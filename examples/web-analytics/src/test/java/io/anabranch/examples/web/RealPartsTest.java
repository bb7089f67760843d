/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.anabranch.cli.demo.SampleTraffic.Arrival;
import io.anabranch.testing.server.KafkaBroker;
import io.anabranch.testing.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A Kafka broker, a PostgreSQL server and the real command line, each a process of its own. While
 * events come in, they are killed or stand still, at random; in the end answers equal a plain count
 * of what the topic holds.
 */
final class RealPartsTest {
  private static final String TOPIC = "requests";
  private static final int PARTITIONS = 4;
  private static final Instant DAY = Instant.parse("2015-05-17T00:00:00Z");
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(6);

  @TempDir Path folder;

  /** What goes wrong. */
  private enum Fault {
    RUN_KILLED,
    RUN_PAUSED,
    BROKER_KILLED,
    BROKER_PAUSED,
    STORE_KILLED,
    STORE_PAUSED
  }

  @ParameterizedTest
  @ValueSource(strings = {"lambda", "kappa"})
  @Timeout(value = 6, unit = TimeUnit.MINUTES)
  void answersEqualTheTopicWhateverFails(String architecture) throws Exception {
    List<Fault> all = shuffled(new Random(SEED));
    int half = all.size() / 2;
    answersEqualTheTopic(
        architecture,
        architecture.equals("lambda") ? all.subList(0, half) : all.subList(half, all.size()),
        Duration.ofSeconds(4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lambda", "kappa"})
  @Tag("night")
  void answersEqualTheTopicWhateverFailsAllNight(String architecture) throws Exception {
    Random random = new Random(SEED);
    List<Fault> faults = new ArrayList<>();
    while (faults.size() < 15) {
      faults.addAll(shuffled(random));
    }
    answersEqualTheTopic(architecture, faults.subList(0, 15), Duration.ofSeconds(30));
  }

  private static List<Fault> shuffled(Random random) {
    List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
    Collections.shuffle(faults, random);
    return faults;
  }

  private void answersEqualTheTopic(String architecture, List<Fault> faults, Duration pause)
      throws Exception {
    List<String> story = new ArrayList<>(List.of("-Dseed=" + SEED));
    try (KafkaBroker kafka = KafkaBroker.start();
        PostgresServer postgres = PostgresServer.start()) {
      kafka.createTopic(TOPIC, PARTITIONS, Map.of());
      CommandLine cli =
          new CommandLine(
              folder,
              architecture,
              "flink-local",
              "{ kind: kafka, brokers: \"%s\", topic: %s, epoch: 5s, grace: 1s, margin: 1s }"
                  .formatted(kafka.brokers(), TOPIC),
              "{ url: \"%s\" }".formatted(postgres.newDatabase()));
      Traffic traffic = new Traffic(kafka, SEED);
      Run run = new Run(cli);
      try {
        for (Fault fault : faults) {
          Thread.sleep(BETWEEN_FAULTS.toMillis());
          story.add(fault.toString());
          run.restartIfEnded(story);
          happen(fault, kafka, postgres, run, pause);
        }
        Thread.sleep(BETWEEN_FAULTS.toMillis());
        run.restartIfEnded(story);
      } finally {
        traffic.end();
        run.kill();
      }
      cli.run("run", "--until-caught-up");

      List<String> lines = topic(kafka);
      assertThat(story + ", lines", lines.size(), greaterThan(1_000));
      IndependentCount count = IndependentCount.of(lines);
      for (String view : List.of("page-views", "bytes", "visitors")) {
        assertThat(story + ", " + view, cli.query(view), is(count.view(view)));
      }
    }
  }

  private static void happen(
      Fault fault, KafkaBroker kafka, PostgresServer postgres, Run run, Duration pause)
      throws Exception {
    switch (fault) {
      case RUN_KILLED -> run.kill();
      case RUN_PAUSED -> {
        run.signal("STOP");
        Thread.sleep(pause.toMillis());
        run.signal("CONT");
      }
      case BROKER_KILLED -> {
        kafka.kill();
        Thread.sleep(pause.toMillis());
        kafka.restart();
      }
      case BROKER_PAUSED -> {
        kafka.pause();
        Thread.sleep(pause.toMillis());
        kafka.resume();
      }
      case STORE_KILLED -> {
        postgres.kill();
        Thread.sleep(pause.multipliedBy(3).toMillis()); // longer than a connection is waited for
        postgres.restart();
      }
      case STORE_PAUSED -> {
        postgres.pause();
        Thread.sleep(pause.toMillis());
        postgres.resume();
      }
    }
  }

  /** A run, started again by hand whenever it ended. */
  private final class Run {
    private final CommandLine cli;
    private int launches;
    private Process process;

    Run(CommandLine cli) throws IOException {
      this.cli = cli;
      start();
    }

    private void start() throws IOException {
      process = cli.start("run-" + ++launches, "run");
    }

    void restartIfEnded(List<String> story) throws IOException {
      if (!process.isAlive()) {
        String error = Files.readString(folder.resolve("run-" + launches + ".err"));
        story.add("(ended: " + error.lines().reduce((first, last) -> last).orElse("") + ")");
        start();
      }
    }

    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    void signal(String name) throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }
  }

  /** Writes events until it is to end; what fails is written again, and may come twice. */
  private static final class Traffic {
    private static final int LINES = 200_000;
    private static final long PAUSE_MILLIS = 20;
    private static final int LINES_AT_ONCE = 10;

    private final Thread thread;
    private volatile boolean ended;

    Traffic(KafkaBroker kafka, long seed) {
      List<Arrival> arrivals = new WebTraffic().arrivals(seed, LINES, DAY, Duration.ofHours(6));
      thread = new Thread(() -> write(kafka, arrivals), "traffic");
      thread.start();
    }

    private void write(KafkaBroker kafka, List<Arrival> arrivals) {
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", kafka.brokers(), "delivery.timeout.ms", 300_000),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        for (int i = 0; i < arrivals.size() && !ended; i += LINES_AT_ONCE) {
          for (Arrival each : arrivals.subList(i, i + LINES_AT_ONCE)) {
            var unused = producer.send(new ProducerRecord<>(TOPIC, each.line().getBytes(UTF_8)));
          }
          Thread.sleep(PAUSE_MILLIS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void end() throws InterruptedException {
      ended = true;
      thread.join();
    }
  }

  private static List<String> topic(KafkaBroker kafka)
      throws ExecutionException, InterruptedException {
    List<TopicPartition> partitions =
        IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(TOPIC, i)).toList();
    List<String> lines = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.brokers(), "enable.auto.commit", false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          lines.add(new String(record.value(), UTF_8));
        }
      }
    }
    return lines;
  }
}
