/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.RecordBatch;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads ranges of offsets, one after the other. Not thread-safe. */
final class RangeReader implements AutoCloseable {
  private static final Duration FETCH_WAIT = Duration.ofMillis(50); // between two ranges
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Topic topic;
  private final KafkaConsumer<byte[], byte[]> consumer;

  private RangeReader(Topic topic, KafkaConsumer<byte[], byte[]> consumer) {
    this.topic = topic;
    this.consumer = consumer;
  }

  /** Opens one. */
  static RangeReader open(Topic topic) {
    return new RangeReader(topic, topic.consumer(FETCH_WAIT));
  }

  /**
   * Gives out the records of a range in their order.
   *
   * @throws LogException if one was removed, or the brokers do not answer
   */
  void read(OffsetRange range, Consumer<RecordBatch> out) {
    if (range.from() == range.to()) {
      return;
    }
    try {
      readAll(range, out);
    } catch (OffsetOutOfRangeException e) {
      throw removed(range);
    } catch (KafkaException e) {
      throw KafkaErrors.explain(topic, e);
    }
  }

  private void readAll(OffsetRange range, Consumer<RecordBatch> out) {
    TopicPartition partition = new TopicPartition(topic.name(), range.partition());
    consumer.assign(List.of(partition));
    if (consumer.beginningOffsets(List.of(partition)).get(partition) > range.from()) {
      throw removed(range);
    }
    consumer.seek(partition, range.from());
    RecordBatch.Builder batch = Batches.of(topic, range.epoch(), range.partition());
    long progress = System.nanoTime();
    long position = range.from();
    while (position < range.to()) {
      ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
      long reached = consumer.position(partition);
      if (reached > position) {
        position = reached;
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
        throw LogException.of(
            Code.UNREACHABLE,
            "Kafka at %s gives no records of partition %d of topic %s behind offset %d, and %d is the end",
            topic.brokers(),
            range.partition(),
            topic.name(),
            position,
            range.to());
      }
      for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
        if (record.offset() >= range.to()) {
          break;
        }
        Batches.add(batch, record);
        if (batch.bytes() >= Batches.BYTES) {
          out.accept(batch.build());
          batch = Batches.of(topic, range.epoch(), range.partition());
        }
      }
    }
    if (batch.size() > 0) {
      out.accept(batch.build());
    }
  }

  private LogException removed(OffsetRange range) {
    return LogException.of(
        Code.DAMAGED,
        "records of partition %d of topic %s from offset %d on were removed before they were read",
        range.partition(),
        topic.name(),
        range.from());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
