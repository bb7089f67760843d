/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.log.RecordBatch;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;

/** Gathers records of a partition into batches. */
final class Batches {
  /** A batch ends once it has as many bytes; one record may have more. */
  static final int BYTES = 64 << 10;

  private static final byte[] NOTHING = {};

  private Batches() {}

  /** Starts a batch. */
  static RecordBatch.Builder of(Topic topic, long epoch, int partition) {
    return RecordBatch.of(epoch, topic.name() + "-" + partition);
  }

  /** Adds a record with its key, its headers, and its append time if the brokers set it. */
  static void add(RecordBatch.Builder batch, ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value() == null ? NOTHING : record.value();
    boolean plain =
        record.value() != null
            && record.key() == null
            && record.timestampType() != TimestampType.LOG_APPEND_TIME
            && !record.headers().iterator().hasNext();
    if (plain) {
      batch.add(record.offset(), value, 0, value.length);
    } else {
      batch.add(record.offset(), new KafkaRecord(record, value));
    }
  }

  /**
   * A record of a topic.
   *
   * @param record the record
   * @param array its value, empty if it has none
   */
  @SuppressWarnings("ArrayRecordComponent") // read at once
  private record KafkaRecord(ConsumerRecord<byte[], byte[]> record, byte[] array)
      implements LogRecord {
    @Override
    public int offset() {
      return 0;
    }

    @Override
    public int length() {
      return array.length;
    }

    @Override
    public boolean hasValue() {
      return record.value() != null;
    }

    @Override
    public Optional<byte[]> key() {
      return Optional.ofNullable(record.key());
    }

    @Override
    public Map<String, byte[]> headers() {
      Map<String, byte[]> headers = new TreeMap<>();
      for (Header header : record.headers()) {
        headers.put(header.key(), header.value());
      }
      return headers;
    }

    @Override
    public Optional<Instant> appendTime() {
      return record.timestampType() == TimestampType.LOG_APPEND_TIME
          ? Optional.of(Instant.ofEpochMilli(record.timestamp()))
          : Optional.empty();
    }
  }
}
