/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import java.time.Duration;
import java.util.List;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads closed epochs of a topic.
 *
 * <p>Output: bounded; batches of records in the global window at the minimum timestamp, in any
 * order.
 *
 * <p>Failures: a record that retention removes before it is read fails the bundle. Every record is
 * read exactly once, because the offsets of a closed epoch never change.
 */
final class ReadOffsets extends PTransform<PBegin, PCollection<RecordBatch>> {
  private static final long serialVersionUID = 1L;

  private final Topic topic;
  private final transient List<OffsetRange> ranges;

  ReadOffsets(Topic topic, List<OffsetRange> ranges) {
    this.topic = topic;
    this.ranges = ranges;
  }

  @Override
  public PCollection<RecordBatch> expand(PBegin input) {
    return input
        .apply(
            "Ranges",
            Create.of(ranges.stream().flatMap(range -> range.parts().stream()).toList())
                .withCoder(OffsetRange.OffsetRangeCoder.of()))
        .apply("Spread", Reshuffle.viaRandomKey())
        .setCoder(OffsetRange.OffsetRangeCoder.of())
        .apply("Read", ParDo.of(new ReadFn(topic)))
        .setCoder(RecordBatchCoder.of());
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item("topic", topic.name()));
  }

  /** Reads ranges of offsets. */
  private static final class ReadFn extends DoFn<OffsetRange, RecordBatch> {
    private static final long serialVersionUID = 1L;
    private static final Duration FETCH_WAIT = Duration.ofMillis(50); // between two ranges
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Topic topic;
    private transient @Nullable KafkaConsumer<byte[], byte[]> consumer;

    ReadFn(Topic topic) {
      this.topic = topic;
    }

    @Setup
    public void setup() {
      consumer = topic.consumer(FETCH_WAIT);
    }

    @ProcessElement
    public void process(@Element OffsetRange range, OutputReceiver<RecordBatch> out) {
      try {
        read(range, out);
      } catch (OffsetOutOfRangeException e) {
        throw removed(range);
      } catch (KafkaException e) {
        throw KafkaErrors.explain(topic, e);
      }
    }

    private void read(OffsetRange range, OutputReceiver<RecordBatch> out) {
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
            out.output(batch.build());
            batch = Batches.of(topic, range.epoch(), range.partition());
          }
        }
      }
      if (batch.size() > 0) {
        out.output(batch.build());
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

    @Teardown
    public void teardown() {
      if (consumer != null) {
        consumer.close();
        consumer = null;
      }
    }
  }
}
