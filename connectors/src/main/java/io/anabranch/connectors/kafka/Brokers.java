/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;

/** What the brokers say of a topic. Errors are {@link LogException}s. Thread-safe. */
final class Brokers implements AutoCloseable {
  private static final int TIMEOUT_SECONDS = 30;
  private static final ListOffsetsOptions COMMITTED =
      new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);

  private final Topic topic;
  private final Admin admin;

  /**
   * The topic as it is.
   *
   * @param id the identity of the cluster and of the topic; one that was made again has another
   * @param partitions how many it has
   */
  record Described(String id, int partitions) {}

  /**
   * Where records of a time lie.
   *
   * @param offsets of each partition the offset of its first record of that time or later, or its
   *     end
   * @param next the least time of these records, empty if there is none
   */
  record Found(Offsets offsets, OptionalLong next) {}

  Brokers(Topic topic) {
    this.topic = topic;
    try {
      this.admin = Admin.create(topic.properties());
    } catch (org.apache.kafka.common.KafkaException e) {
      throw KafkaErrors.explain(topic, e);
    }
  }

  /**
   * Looks at the topic.
   *
   * @throws LogException if it is not there, or this user may not see it
   */
  Described describe() {
    TopicDescription description = description(topic.name());
    String cluster = await(admin.describeCluster().clusterId());
    return new Described(cluster + "/" + description.topicId(), description.partitions().size());
  }

  private TopicDescription description(String name) {
    return await(admin.describeTopics(List.of(name)).allTopicNames()).get(name);
  }

  /** Returns whether the topic is there. */
  boolean exists() {
    try {
      return !description(topic.name()).partitions().isEmpty();
    } catch (LogException e) {
      if (e.code() == Code.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Returns whether the brokers set the time of each record. False too if this user may not see how
   * the topic is set up.
   *
   * @throws LogException if the topic is compacted, so that closed epochs would lose records
   */
  boolean hasAppendTime() {
    Optional<Config> config = config(topic.name());
    if (config.isPresent()
        && value(config.get(), TopicConfig.CLEANUP_POLICY_CONFIG).contains("compact")) {
      throw LogException.of(
          Code.MISCONFIGURED,
          "topic %s is compacted: records that were read would go, and computing again would give other answers",
          topic.name());
    }
    return config.isPresent()
        && value(config.get(), TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).equals("LogAppendTime");
  }

  private Optional<Config> config(String name) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    try {
      return Optional.of(await(admin.describeConfigs(List.of(resource)).all()).get(resource));
    } catch (LogException e) {
      if (e.code() == Code.DENIED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String value(Config config, String name) {
    return Optional.ofNullable(config.get(name)).map(entry -> entry.value()).orElse("");
  }

  /** Makes the index topic if it is not there: one partition, kept for ever. */
  void createIndex() {
    NewTopic index =
        new NewTopic(topic.index(), Optional.of(1), Optional.empty())
            .configs(
                Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
                    TopicConfig.RETENTION_MS_CONFIG, "-1",
                    TopicConfig.RETENTION_BYTES_CONFIG, "-1"));
    try {
      admin.createTopics(List.of(index)).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      boolean may = !(e.getCause() instanceof AuthorizationException);
      if (may && !(e.getCause() instanceof TopicExistsException)) {
        throw KafkaErrors.explain(topic, e.getCause());
      }
      if (!may) { // somebody else made it, or nobody did
        requireKept(denied("make"));
        return;
      }
    } catch (TimeoutException | InterruptedException e) {
      throw KafkaErrors.explain(topic, e);
    }
    awaitKept();
  }

  private void requireKept(LogException otherwise) {
    try {
      requireKept();
    } catch (LogException e) {
      throw e.code() == Code.NOT_FOUND || e.code() == Code.DENIED ? otherwise : e;
    }
  }

  /**
   * Fails if this user may not write the index.
   *
   * @throws LogException if so, as far as the brokers say
   */
  void requireWritableIndex() {
    if (!mayWriteIndex()) {
      throw denied("write");
    }
  }

  /** Returns false if this user may not write the index topic, as far as the brokers say. */
  boolean mayWriteIndex() {
    Set<AclOperation> allowed =
        await(
                admin
                    .describeTopics(
                        List.of(topic.index()),
                        new DescribeTopicsOptions().includeAuthorizedOperations(true))
                    .allTopicNames())
            .get(topic.index())
            .authorizedOperations();
    return allowed == null || allowed.contains(AclOperation.WRITE);
  }

  private LogException denied(String what) {
    return LogException.of(
        Code.DENIED,
        "Kafka at %s denies this user a right: to %s topic %s, which says which offsets are of which epoch",
        topic.brokers(),
        what,
        topic.index());
  }

  /** Brokers make a topic, and know it a moment later. */
  private void awaitKept() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (true) {
      try {
        requireKept();
        return;
      } catch (LogException e) {
        if (e.code() != Code.NOT_FOUND || System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  private void requireKept() {
    int partitions = description(topic.index()).partitions().size();
    if (partitions != 1) {
      throw LogException.of(
          Code.NOT_A_LOG,
          "topic %s has %d partitions, and an index of epochs has one",
          topic.index(),
          partitions);
    }
    Optional<Config> config = config(topic.index());
    if (config.isPresent()
        && (!value(config.get(), TopicConfig.RETENTION_MS_CONFIG).equals("-1")
            || !value(config.get(), TopicConfig.RETENTION_BYTES_CONFIG).equals("-1")
            || value(config.get(), TopicConfig.CLEANUP_POLICY_CONFIG).contains("compact"))) {
      throw LogException.of(
          Code.MISCONFIGURED,
          "topic %s does not keep its records for ever: it needs retention.ms=-1, retention.bytes=-1 and cleanup.policy=delete",
          topic.index());
    }
  }

  /** Returns where the records of each partition begin that retention has left. */
  Offsets beginnings(int partitions) {
    return offsets(partitions, partition -> OffsetSpec.earliest());
  }

  /** Returns the end of what a reader of committed records may see. */
  Offsets ends(int partitions) {
    return offsets(partitions, partition -> OffsetSpec.latest());
  }

  private Offsets offsets(int partitions, IntFunction<OffsetSpec> which) {
    return new Offsets(
        Arrays.stream(list(partitions, which)).mapToLong(ListOffsetsResultInfo::offset).toArray());
  }

  /**
   * Finds records by their time.
   *
   * @param ends the ends of the partitions
   */
  Found from(Instant time, Offsets ends) {
    ListOffsetsResultInfo[] found =
        list(
            ends.partitions(),
            partition -> OffsetSpec.forTimestamp(Math.max(0, time.toEpochMilli())));
    long[] offsets = new long[found.length];
    List<Long> times = new ArrayList<>();
    for (int partition = 0; partition < found.length; partition++) {
      boolean isThere =
          found[partition].offset() >= 0 && found[partition].offset() < ends.of(partition);
      offsets[partition] = isThere ? found[partition].offset() : ends.of(partition);
      if (isThere) {
        times.add(found[partition].timestamp());
      }
    }
    return new Found(new Offsets(offsets), times.stream().flatMapToLong(LongStream::of).min());
  }

  private ListOffsetsResultInfo[] list(int partitions, IntFunction<OffsetSpec> which) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      asked.put(new TopicPartition(topic.name(), partition), which.apply(partition));
    }
    Map<TopicPartition, ListOffsetsResultInfo> all =
        asked.isEmpty() ? Map.of() : await(admin.listOffsets(asked, COMMITTED).all());
    ListOffsetsResultInfo[] ordered = new ListOffsetsResultInfo[partitions];
    all.forEach((partition, offset) -> ordered[partition.partition()] = offset);
    return ordered;
  }

  private <T> T await(KafkaFuture<T> future) {
    try {
      return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw KafkaErrors.explain(topic, e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw KafkaErrors.explain(topic, e);
    }
  }

  @Override
  public void close() {
    admin.close(java.time.Duration.ofSeconds(5));
  }
}
