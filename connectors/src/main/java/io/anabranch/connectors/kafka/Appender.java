/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.AppendableLog.Input;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.connectors.input.OpenInput;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes lines to a topic, in one transaction: readers see all of them or none. */
final class Appender {
  private static final int BUFFER = 1 << 16;
  private static final int COMMITS = 3;

  /** The longest that brokers allow by default. */
  private static final int LONGEST_MILLIS = 15 * 60_000;

  private final Topic topic;
  private final int maxRecord;
  private final Map<Integer, Long> ends = new ConcurrentHashMap<>();

  /** Returns the offset behind the last record of each partition that was written to. */
  Map<Integer, Long> ends() {
    return ends;
  }

  /** What was written. */
  record Counted(long records, long bytes) {}

  Appender(Topic topic, int maxRecord) {
    this.topic = topic;
    this.maxRecord = maxRecord;
  }

  Counted append(List<Input> inputs) {
    Map<String, Object> properties = topic.producer();
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "anabranch-" + UUID.randomUUID());
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, LONGEST_MILLIS);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxRecord + BUFFER);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      try {
        Counted counted = new Counted(0, 0);
        for (Input input : inputs) {
          counted = send(producer, input, counted);
        }
        if (counted.records() == 0) {
          throw OpenInput.noLine(inputs);
        }
        commit(producer);
        return counted;
      } catch (RuntimeException e) {
        abort(producer, e);
        throw e;
      }
    } catch (KafkaException e) {
      throw KafkaErrors.explain(topic, e);
    }
  }

  private void commit(KafkaProducer<byte[], byte[]> producer) {
    for (int attempt = 1; ; attempt++) {
      try {
        producer.commitTransaction();
        return;
      } catch (TimeoutException e) { // it may be committed: only the same call finds out
        if (attempt == COMMITS) {
          throw new LogException(
              Code.UNREACHABLE,
              "Kafka at %s does not say whether the lines were written: look into topic %s before they are ingested again"
                  .formatted(topic.brokers(), topic.name()),
              e);
        }
      }
    }
  }

  private static void abort(KafkaProducer<byte[], byte[]> producer, RuntimeException cause) {
    try {
      producer.abortTransaction();
    } catch (RuntimeException e) { // the brokers abort it after its timeout
      cause.addSuppressed(e);
    }
  }

  private Counted send(KafkaProducer<byte[], byte[]> producer, Input input, Counted before) {
    long records = 0;
    long bytes = 0;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    try (OpenInput source = new OpenInput(input)) {
      for (int length = source.read(buffer); length >= 0; length = source.read(buffer)) {
        int start = 0;
        for (int i = 0; i < length; i++) {
          if (buffer[i] == '\n') {
            line.write(buffer, start, i - start);
            bytes += send(producer, input, records, line);
            records++;
            start = i + 1;
          }
        }
        line.write(buffer, start, length - start);
        if (line.size() > maxRecord) {
          throw OpenInput.tooLong(input, records, maxRecord);
        }
      }
    }
    if (line.size() > 0) {
      bytes += send(producer, input, records, line);
      records++;
    }
    return new Counted(before.records() + records, before.bytes() + bytes);
  }

  private long send(
      KafkaProducer<byte[], byte[]> producer,
      Input input,
      long before,
      ByteArrayOutputStream line) {
    if (line.size() > maxRecord) {
      throw OpenInput.tooLong(input, before, maxRecord);
    }
    byte[] value = line.toByteArray();
    Future<RecordMetadata> unused = // the commit fails if it does
        producer.send(
            new ProducerRecord<>(topic.name(), input.key(value).orElse(null), value),
            (sent, error) -> {
              if (error == null) {
                ends.merge(sent.partition(), sent.offset() + 1, Math::max);
              }
            });
    long bytes = line.size() + 1L;
    line.reset();
    return bytes;
  }
}
