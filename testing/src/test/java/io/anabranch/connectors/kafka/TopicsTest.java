/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.contracts.TestClock;
import io.anabranch.testing.server.KafkaBroker;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What topics do that a folder does not. */
class TopicsTest {
  private static final Instant TEN = Instant.parse("2026-01-01T10:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static KafkaBroker kafka;

  @BeforeAll
  static void startBroker() {
    kafka = KafkaBroker.start();
  }

  @AfterAll
  static void closeBroker() {
    kafka.close();
  }

  private static Instant hour(int hour) {
    return TEN.plusSeconds((hour - 10) * 3_600L);
  }

  private static Instant within(int hour) {
    return hour(hour).plusSeconds(600);
  }

  /** A reader of all partitions, and what it gave out. */
  private static final class Reading implements AutoCloseable {
    private final TopicReader reader;
    private final List<String> seen = new ArrayList<>();

    Reading(TestTopic topic, Clock clock, FollowRequest request) {
      try (KafkaLog log = topic.opened(clock)) {
        reader =
            new TopicSource(log.topic(), log.id().substring("kafka:".length()), request, 0, 1)
                .createReader(PipelineOptionsFactory.create(), null);
      }
    }

    /** Reads until it has seen some records, or for a while to see that it sees none. */
    List<String> read(int records) throws Exception {
      long deadline =
          System.nanoTime() + (records == 0 ? Duration.ofSeconds(2) : PATIENCE).toNanos();
      int before = seen.size();
      while (seen.size() - before < Math.max(1, records) && System.nanoTime() < deadline) {
        if (reader.advance()) {
          RecordBatch batch = reader.getCurrent();
          for (int i = 0; i < batch.size(); i++) {
            seen.add(batch.epoch() + " " + new String(batch.bytes(i), UTF_8));
          }
        }
      }
      return List.copyOf(seen.subList(before, seen.size()));
    }

    Instant watermark() {
      return Instant.ofEpochMilli(reader.getWatermark().getMillis());
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  @Test
  void linesAreAppendedWithTheirKeys() {
    TestTopic topic = new TestTopic(kafka, 3, Map.of());
    topic.clock().set(within(10));
    AppendableLog.Input lines =
        new AppendableLog.Input() {
          @Override
          public String name() {
            return "lines";
          }

          @Override
          public InputStream open() {
            return new ByteArrayInputStream("a 1\nb 2\nnone\na 3".getBytes(UTF_8));
          }

          @Override
          public Optional<byte[]> key(byte[] line) {
            return line[1] == ' ' ? Optional.of(new byte[] {line[0]}) : Optional.empty();
          }
        };
    try (KafkaLog log = topic.open()) {
      log.append(List.of(lines), Optional.empty());
    }
    topic.closeThrough(hour(12));

    try (KafkaLog log = topic.open()) {
      assertThat(
          Reads.of(log.read(new EpochRange(Epochs.NONE, epoch(10)))),
          contains(
              epoch(10) + " a:a 1",
              epoch(10) + " a:a 3",
              epoch(10) + " b:b 2",
              epoch(10) + " none"));
    }
  }

  private static Reading follow(TestTopic topic) {
    return new Reading(topic, topic.clock(), FollowRequest.fromTheBeginning());
  }

  private static long epoch(int hour) {
    return new Epochs(Duration.ofHours(1)).at(hour(hour));
  }

  private static List<String> closed(TestTopic topic) {
    try (KafkaLog log = topic.open()) {
      return Reads.of(log.read(new EpochRange(Epochs.NONE, log.end().closedThrough())));
    }
  }

  @Test
  void idlePartitionsHoldNothingBack() throws Exception {
    TestTopic topic = new TestTopic(kafka, 5, Map.of());
    topic.appendRecords(within(10), List.of(LogRecord.of("a".getBytes(UTF_8))));
    topic.closeThrough(hour(11));

    try (Reading reading = follow(topic)) {
      assertThat(reading.read(1), contains(epoch(10) + " a"));
      reading.read(0);
      assertThat(reading.watermark(), is(hour(11)));
    }
  }

  @Test
  void partitionThatIsAddedBeginsInTheEpochThatClosesNext() throws Exception {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.append(within(10), List.of("a"));
    try (Reading reading = follow(topic)) {
      assertThat(reading.read(1), contains(epoch(10) + " a"));

      kafka.withAdmin(
          admin ->
              admin
                  .createPartitions(Map.of(topic.name(), NewPartitions.increaseTo(2)))
                  .all()
                  .get());
      topic.send(new ProducerRecord<>(topic.name(), 1, null, "b".getBytes(UTF_8)));
      assertThat("it is not in the index yet", reading.read(0), empty());
      topic.closeThrough(hour(11));

      assertThat(reading.read(1), contains(epoch(10) + " b"));
      topic.send(new ProducerRecord<>(topic.name(), 1, null, "c".getBytes(UTF_8)));
      assertThat("it is open now", reading.read(1), contains(epoch(11) + " c"));
    }
    topic.closeThrough(hour(12));
    assertThat(
        closed(topic), containsInAnyOrder(epoch(10) + " a", epoch(10) + " b", epoch(11) + " c"));
  }

  @Test
  void timesThatRunBackChangeNoEpoch() throws Exception {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.append(within(10), List.of("a"));
    topic.closeThrough(hour(11));
    topic.clock().set(within(11));
    topic.send(
        new ProducerRecord<>(topic.name(), 0, hour(3).toEpochMilli(), null, "b".getBytes(UTF_8)));

    try (Reading reading = follow(topic)) {
      assertThat(reading.read(2), contains(epoch(10) + " a", epoch(11) + " b"));
    }
  }

  @Test
  void recordsOfTransactionsThatWereAbortedAreNotThere() throws Exception {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.clock().set(within(10));
    try (KafkaProducer<byte[], byte[]> producer =
        topic.producer(Map.of("transactional.id", topic.name()))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic.name(), "gone".getBytes(UTF_8))).get();
      try (Reading reading = follow(topic)) {
        assertThat("not committed yet", reading.read(0), empty());
        producer.abortTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic.name(), "a".getBytes(UTF_8))).get();
        producer.commitTransaction();

        assertThat(reading.read(1), contains(epoch(10) + " a"));
      }
    }
    topic.closeThrough(hour(11));
    assertThat(closed(topic), contains(epoch(10) + " a"));
  }

  @Test
  void openTransactionThatEndsAfterItsEpochIsOfTheNext() throws Exception {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.clock().set(within(10));
    try (KafkaProducer<byte[], byte[]> producer =
            topic.producer(Map.of("transactional.id", topic.name()));
        Reading reading = follow(topic)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic.name(), "late".getBytes(UTF_8))).get();
      topic.closeThrough(hour(11));
      topic.clock().set(within(11));
      producer.commitTransaction();

      assertThat(reading.read(1), contains(epoch(11) + " late"));
    }
    topic.closeThrough(hour(12));
    assertThat(closed(topic), contains(epoch(11) + " late"));
  }

  @Test
  void recordWithoutAValueIsOne() {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.appendRecords(within(10), List.of(LogRecord.of(null, "k".getBytes(UTF_8), Map.of())));
    topic.closeThrough(hour(11));

    assertThat(closed(topic), contains(epoch(10) + " k:null"));
  }

  @Test
  void recordsLargerThanABatchAreRead() {
    TestTopic topic = new TestTopic(kafka, 1, Map.of("max.message.bytes", "4000000"));
    String large = "x".repeat(900_000);
    topic.append(within(10), List.of(large, "small", large));
    topic.closeThrough(hour(11));

    assertThat(
        closed(topic).stream().map(String::length).sorted().toList(),
        contains(
            (epoch(10) + " small").length(),
            (epoch(10) + " " + large).length(),
            (epoch(10) + " " + large).length()));
  }

  @Test
  void compactedTopicIsRefused() {
    LogException error =
        assertThrows(
            LogException.class, () -> new TestTopic(kafka, 1, Map.of("cleanup.policy", "compact")));

    assertThat(error.code(), is(Code.MISCONFIGURED));
    assertThat(error.getMessage(), containsString("is compacted"));
  }

  @Test
  void topicThatWasMadeAnewIsAnotherLog() throws Exception {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.append(within(10), List.of("a"));
    try (KafkaLog before = topic.open()) {
      kafka.withAdmin(admin -> admin.deleteTopics(List.of(topic.name())).all().get());
      kafka.createTopic(topic.name(), 1, Map.of());

      try (KafkaLog after = topic.open()) {
        assertThat(after.id(), is(not(before.id())));
        assertThat("its index begins anew", after.end().isEmpty(), is(true));
      }
      topic.clock().set(within(12));
      LogException error = assertThrows(LogException.class, before::end);
      assertThat(error.getMessage(), containsString("made again"));
    }
  }

  @Test
  void topicOfWhichNothingWasReadIsDividedByItsTimes() throws Exception {
    String name = "old-events";
    kafka.createTopic(name, 1, Map.of("retention.ms", "-1"));
    Map<String, String> settings = Map.of("brokers", kafka.brokers(), "topic", name);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int hour : new int[] {10, 10, 13}) {
        producer
            .send(
                new ProducerRecord<>(
                    name, 0, within(hour).toEpochMilli(), null, ("h" + hour).getBytes(UTF_8)))
            .get();
      }
    }

    try (KafkaLog log =
        KafkaLogProvider.open(new Settings(settings), Clock.fixed(within(15), ZoneOffset.UTC))) {
      assertThat(log.end().firstEpoch(), is(epoch(10)));
      assertThat(log.end().closedThrough(), is(epoch(14)));
      assertThat(log.end().lastEpoch(), is(epoch(13)));
      assertThat(
          Reads.of(log.read(new EpochRange(Epochs.NONE, epoch(14)))),
          contains(epoch(10) + " h10", epoch(10) + " h10", epoch(13) + " h13"));
    }
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new TestTopic(kafka, 1, Map.of()).producer(Map.of());
  }

  @Test
  void timesOfBrokersDivideWhatCameWhileNobodyRan() {
    TestTopic topic = new TestTopic(kafka, 1, Map.of("message.timestamp.type", "LogAppendTime"));
    topic.clock().set(Instant.now().minus(Duration.ofHours(3)));
    topic.open().close();
    topic.send(new ProducerRecord<>(topic.name(), "a".getBytes(UTF_8)));
    Instant now = Instant.now();
    topic.clock().set(now.plus(Duration.ofHours(2)));

    try (KafkaLog log = topic.open()) {
      assertThat(
          log.end().closedThrough(),
          is(log.epochs().at(topic.clock().instant().minus(TestTopic.DELAY)) - 1));
      long epoch = log.end().firstEpoch();
      assertThat(
          "of the hour in which it came",
          List.of(epoch, epoch + 1).contains(log.epochs().at(now)),
          is(true));
    }
  }

  @Test
  void timesOfProducersDoNotDivideWhatCameWhileNobodyRan() {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.append(within(10), List.of("a"));
    topic.closeThrough(hour(11));
    topic.send(
        new ProducerRecord<>(
            topic.name(), 0, within(14).toEpochMilli(), null, "b".getBytes(UTF_8)));
    topic.clock().set(within(16));

    assertThat(closed(topic), contains(epoch(10) + " a", epoch(11) + " b"));
    try (KafkaLog log = topic.open()) {
      assertThat(log.end().closedThrough(), is(epoch(15)));
    }
  }

  @Test
  void closersAtOnceAgree() throws Exception {
    TestTopic topic = new TestTopic(kafka, 3, Map.of());
    topic.append(within(10), IntStream.range(0, 50).mapToObj(Integer::toString).toList());
    topic.clock().set(hour(11).plus(TestTopic.DELAY));
    List<Thread> closers = new ArrayList<>();
    List<Offsets> ends = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 4; i++) {
      closers.add(
          new Thread(
              () -> {
                try (KafkaLog log = topic.open()) {
                  ends.add(log.index().ends(epoch(10)));
                }
              }));
    }
    closers.forEach(Thread::start);
    for (Thread closer : closers) {
      closer.join();
    }

    assertThat(ends, hasSize(4));
    assertThat(ends.stream().distinct().toList(), hasSize(1));
  }

  @Test
  void recordsAreHeldFromTheEndOfTheEpochUntilItsClosing() throws Exception {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.append(within(10), List.of("a"));
    try (Reading reading = follow(topic)) {
      assertThat(reading.read(1), contains(epoch(10) + " a"));
      topic.clock().set(hour(11).plus(TestTopic.DELAY.dividedBy(2))); // the grace is over
      topic.send(new ProducerRecord<>(topic.name(), "b".getBytes(UTF_8)));

      assertThat("held", reading.read(0), empty());
      topic.clock().set(hour(11).plus(TestTopic.DELAY));

      assertThat("its reader closed the epoch", reading.read(1), contains(epoch(10) + " b"));
    }
  }

  @Test
  void followerWhoseClockIsBehindByLessThanTheMarginIsExact() throws Exception {
    skewed(Duration.ofSeconds(9), false);
  }

  @Test
  void followerWhoseClockIsBehindByMoreStops() throws Exception {
    skewed(Duration.ofMinutes(2), true);
  }

  /** A closer closes in time; a follower whose clock is behind reads a record after that. */
  private static void skewed(Duration behind, boolean stops) throws Exception {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    topic.append(within(10), List.of("a"));
    Instant closing = hour(11).plus(TestTopic.DELAY);
    TestClock slow = new TestClock(within(10).toString());
    try (Reading reading = new Reading(topic, slow, FollowRequest.fromTheBeginning())) {
      assertThat(reading.read(1), contains(epoch(10) + " a"));
      reading.reader.lookAtIndexIn(Duration.ofSeconds(3));
      topic.clock().set(closing);
      slow.set(closing.minus(behind));
      try (KafkaLog closer = topic.open()) {
        Offsets ends = closer.index().ends(epoch(10));
        topic.send(new ProducerRecord<>(topic.name(), "b".getBytes(UTF_8)));
        assertThat("b lies behind", closer.end().position().covers(ends.position()), is(true));
      }
      if (stops) {
        LogException error = assertThrows(LogException.class, () -> reading.read(2));
        assertThat(error.code(), is(Code.CLOCKS_DIFFER));
        assertThat(error.getMessage(), containsString("differ by more than"));
      } else {
        assertThat(reading.read(1), contains(epoch(11) + " b"));
      }
    }
  }
}
