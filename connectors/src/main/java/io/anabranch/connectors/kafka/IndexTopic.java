/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.connectors.kafka.EpochIndex.Closing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Reads and writes the index topic. Not thread-safe. */
final class IndexTopic implements AutoCloseable {
  private static final Duration FETCH_WAIT = Duration.ofMillis(10); // it asks for the end, too
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Topic topic;
  private final String topicId;
  private final TopicPartition partition;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private EpochIndex index = EpochIndex.EMPTY;

  /** Opens one, which is there. */
  IndexTopic(Topic topic, String topicId) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = new TopicPartition(topic.index(), 0);
    this.consumer = topic.consumer(FETCH_WAIT);
    consumer.assign(List.of(partition));
    consumer.seek(partition, 0); // without its first records it would say other epochs
  }

  /** Reads what was written since, and returns the index. */
  EpochIndex read() {
    try {
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      Instant deadline = Instant.now().plus(PATIENCE);
      while (consumer.position(partition) < end) {
        List<Closing> written = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          IndexRecord.parse(record.value(), topic, topicId)
              .ifPresent(
                  each -> written.add(new Closing(each.through(), new Offsets(each.ends()))));
        }
        index = index.plus(written); // at once: the consumer does not come back to them
        if (Instant.now().isAfter(deadline)) {
          throw LogException.of(
              Code.UNREACHABLE, "Kafka at %s does not answer in time", topic.brokers());
        }
      }
      return index;
    } catch (OffsetOutOfRangeException e) {
      throw new LogException(
          Code.DAMAGED,
          "records of topic %s were removed, which says which offsets are of which epoch"
              .formatted(topic.index()),
          e);
    } catch (KafkaException e) {
      throw KafkaErrors.explain(topic, e);
    }
  }

  /** Writes closings, in their order; of each epoch the first that anybody wrote counts. */
  void write(List<Closing> closings) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            topic.producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (Closing closing : closings) {
        byte[] record =
            new IndexRecord(
                    IndexRecord.FORMAT,
                    topicId,
                    topic.epochs().length().toMillis(),
                    closing.through(),
                    closing.ends().next(),
                    Instant.now().toString())
                .toBytes();
        sent.add(producer.send(new ProducerRecord<>(topic.index(), 0, null, record)));
      }
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw KafkaErrors.explain(topic, e.getCause());
    } catch (InterruptedException | KafkaException e) {
      throw KafkaErrors.explain(topic, e);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
