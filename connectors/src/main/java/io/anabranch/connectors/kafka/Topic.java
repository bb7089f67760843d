/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.Epochs;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A topic as it is configured, for workers too.
 *
 * @param brokers the addresses of some brokers, {@code HOST:PORT,...}
 * @param name its name
 * @param index the name of its index topic
 * @param epochs how time is divided
 * @param grace how long after its end an epoch is open
 * @param margin by how much clocks may differ
 * @param clock the clock of each process, serializable
 * @param client further properties of Kafka's clients, passwords among them
 */
record Topic(
    String brokers,
    String name,
    String index,
    Epochs epochs,
    Duration grace,
    Duration margin,
    Clock clock,
    Map<String, String> client)
    implements Serializable {
  /** Records that a poll may return at most. */
  private static final int RECORDS_A_POLL = 20_000;

  /** Of a consumer: readers are asked for watermarks and checkpoints, too. */
  private static final int LONGEST_CALL_MILLIS = 10_000;

  private static final int BYTES_A_FETCH = 16 << 20;

  /** Copies the properties. */
  Topic {
    client = new TreeMap<>(client);
  }

  /** Returns the time from an epoch's end to when it may be closed. */
  Duration closingDelay() {
    return grace.plus(margin);
  }

  /** Returns the last epoch that a process may close whose clock shows a time. */
  long due(Instant time) {
    return epochs.at(time.minus(closingDelay())) - 1;
  }

  /**
   * Returns whether no other process may have closed an epoch yet, by a clock that shows a time:
   * what is in the topic now is before the end of this epoch, wherever it will be closed.
   */
  boolean isSurelyOpen(long epoch, Instant time) {
    return time.isBefore(epochs.end(epoch).plus(grace));
  }

  /** Returns properties of any client. */
  Map<String, Object> properties() {
    Map<String, Object> properties = new HashMap<>(client);
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    return properties;
  }

  /**
   * Makes a consumer of what was committed, of no group; it begins nowhere by itself.
   *
   * @param wait how long the brokers keep a request for which they have no record: other requests
   *     of the consumer wait behind it
   */
  KafkaConsumer<byte[], byte[]> consumer(Duration wait) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, Math.toIntExact(wait.toMillis()));
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, LONGEST_CALL_MILLIS);
    properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, LONGEST_CALL_MILLIS);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_A_POLL);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, BYTES_A_FETCH);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, BYTES_A_FETCH / 4);
    properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
    properties.putAll(properties());
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Returns properties of a producer that loses nothing and writes nothing twice. */
  Map<String, Object> producer() {
    Map<String, Object> properties = new HashMap<>();
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    properties.putAll(properties());
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    return properties;
  }

  /** Shows no property: some are secret. */
  @Override
  public String toString() {
    return name + " at " + brokers;
  }
}
