/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.anabranch.cli.demo.SampleTraffic.Arrival;
import io.anabranch.testing.server.KafkaBroker;
import io.anabranch.testing.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
 * events come in, they are killed or stand still, or the disk is full, at random; in the end
 * answers equal a plain count of what the topic holds.
 */
final class RealPartsTest {
  private static final String TOPIC = "requests";
  private static final int PARTITIONS = 4;
  private static final Instant DAY = Instant.parse("2015-05-17T00:00:00Z");
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String WRITES = "SELECT SUM(changes) FROM anabranch.anabranch_activity";

  /** What PostgreSQL says if a table cannot grow, for each write of rows. */
  private static final String REFUSE_ROWS =
      """
      CREATE OR REPLACE FUNCTION anabranch.disk_full() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON anabranch.anabranch_row
        EXECUTE FUNCTION anabranch.disk_full()
      """;

  @TempDir Path folder;

  /** What goes wrong. */
  private enum Fault {
    RUN_KILLED,
    RUN_PAUSED,
    BROKER_KILLED,
    BROKER_PAUSED,
    STORE_KILLED,
    STORE_PAUSED,
    DISK_FULL
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
      String database = postgres.newDatabase();
      CommandLine cli =
          new CommandLine(
              folder,
              architecture,
              "flink-local",
              "{ kind: kafka, brokers: \"%s\", topic: %s, epoch: 5s, grace: 1s, margin: 1s }"
                  .formatted(kafka.brokers(), TOPIC),
              "{ url: \"%s\" }".formatted(database));
      Traffic traffic = new Traffic(kafka, SEED);
      Run run = new Run(cli);
      try {
        run.awaitWrites(database, story);
        for (Fault fault : faults) {
          story.add(fault.toString());
          long before = breakerOpened(database);
          happen(fault, kafka, postgres, database, run, pause);
          run.awaitWrites(database, story);
          if (fault == Fault.STORE_KILLED || fault == Fault.DISK_FULL) {
            awaitBreakerOpened(database, before, story);
          }
        }
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
      Fault fault,
      KafkaBroker kafka,
      PostgresServer postgres,
      String database,
      Run run,
      Duration pause)
      throws Exception {
    switch (fault) {
      case RUN_KILLED -> {
        run.kill();
        Thread.sleep(pause.toMillis());
        run.start();
      }
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
      case DISK_FULL -> {
        execute(database, REFUSE_ROWS);
        Thread.sleep(pause.multipliedBy(3).toMillis());
        execute(database, "DROP TRIGGER disk_full ON anabranch.anabranch_row");
      }
    }
  }

  private static void execute(String database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The run says that it waited with an open breaker, which it can only once that is closed. */
  private static void awaitBreakerOpened(String database, long before, List<String> story) {
    await(story + ", a breaker that opened and closed")
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> breakerOpened(database), greaterThan(before));
  }

  /** Returns how often breakers opened in all runs, as they reported once they were closed. */
  private static long breakerOpened(String database) throws SQLException {
    return number(database, "SELECT COALESCE(SUM(breaker_opened), 0) FROM anabranch.anabranch_run");
  }

  private static long number(String database, String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }

  /** A run, which nothing but SIGKILL ends. */
  private final class Run {
    private final CommandLine cli;
    private int launches;
    private Process process;

    Run(CommandLine cli) throws IOException {
      this.cli = cli;
      start();
    }

    void start() throws IOException {
      process = cli.start("run-" + ++launches, "run");
    }

    /** Waits until it writes, or writes again: events come in all the time. */
    void awaitWrites(String database, List<String> story) throws IOException {
      long before = -1;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      for (int grown = 0; grown < 3; ) {
        String error = Files.readString(folder.resolve("run-" + launches + ".err"));
        assertThat(story + ", the run goes on: " + error, process.isAlive(), is(true));
        assertThat(story + ", the run writes: " + error, System.nanoTime(), lessThan(deadline));
        long now = writes(database);
        grown += now > before ? 1 : 0;
        before = now;
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
      }
    }

    /** Returns how often rows were written, -1 if the store does not say. */
    private static long writes(String database) {
      try {
        return number(database, WRITES);
      } catch (SQLException e) {
        return -1;
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
