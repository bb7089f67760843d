/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.Settings;
import io.anabranch.contracts.TestClock;
import io.anabranch.contracts.log.EventLogContract.LogUnderTest;
import io.anabranch.contracts.log.Lines;
import io.anabranch.testing.server.KafkaBroker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A new topic with epochs of an hour, and the time of its processes. */
final class TestTopic implements LogUnderTest {
  static final Duration DELAY = Duration.ofSeconds(20);

  private final KafkaBroker kafka;
  private final String name = "events-" + UUID.randomUUID();
  private final TestClock clock = new TestClock();

  TestTopic(KafkaBroker kafka, int partitions, Map<String, String> configuration) {
    this.kafka = kafka;
    Map<String, String> kept = new HashMap<>(Map.of("retention.ms", "-1")); // times are of long ago
    kept.putAll(configuration);
    kafka.createTopic(name, partitions, kept);
    opened(clock).close(); // so that it begins now
  }

  String name() {
    return name;
  }

  TestClock clock() {
    return clock;
  }

  KafkaLog opened(Clock time) {
    return KafkaLogProvider.open(
        new Settings(
            Map.of("brokers", kafka.brokers(), "topic", name, "grace", "10s", "margin", "10s")),
        time);
  }

  @Override
  public KafkaLog open() {
    return opened(clock);
  }

  @Override
  public boolean keepsKeys() {
    return true;
  }

  @Override
  public boolean closesAsItGoes() {
    return true;
  }

  @Override
  public void append(Instant at, List<String> records) {
    goTo(at);
    try (KafkaLog log = open()) {
      log.append(List.of(Lines.of(String.join("\n", records))), Optional.empty());
    }
  }

  @Override
  public void appendRecords(Instant at, List<LogRecord> records) {
    goTo(at);
    for (LogRecord record : records) {
      byte[] value =
          Arrays.copyOfRange(record.array(), record.offset(), record.offset() + record.length());
      ProducerRecord<byte[], byte[]> sent =
          new ProducerRecord<>(name, record.key().orElse(null), record.hasValue() ? value : null);
      record.headers().forEach(sent.headers()::add);
      send(sent);
    }
  }

  void send(ProducerRecord<byte[], byte[]> record) {
    try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
      producer.send(record).get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put("bootstrap.servers", kafka.brokers());
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Time passes, and whoever runs closes what is over. */
  private void goTo(Instant at) {
    try (KafkaLog log = open()) {
      long open = log.end().closedThrough() + 1;
      long epoch = log.epochs().at(at);
      if (epoch < open) {
        throw new IllegalStateException("epoch " + epoch + " is closed");
      }
      if (epoch > open) {
        closeThrough(log.epochs().start(epoch));
      }
    }
    clock.set(at.isAfter(clock.instant()) ? at : clock.instant());
  }

  @Override
  public void closeThrough(Instant time) {
    Instant earliest = time.plus(DELAY);
    clock.set(earliest.isAfter(clock.instant()) ? earliest : clock.instant());
    try (KafkaLog log = open()) {
      log.closeThrough(time);
    }
  }

  @Override
  public boolean trimThrough(long epoch) {
    try (KafkaLog log = open()) {
      Offsets ends = log.index().ends(epoch);
      Map<TopicPartition, RecordsToDelete> delete = new HashMap<>();
      for (int partition = 0; partition < ends.partitions(); partition++) {
        delete.put(
            new TopicPartition(name, partition), RecordsToDelete.beforeOffset(ends.of(partition)));
      }
      kafka.withAdmin(admin -> admin.deleteRecords(delete).all().get());
    }
    return true;
  }
}
