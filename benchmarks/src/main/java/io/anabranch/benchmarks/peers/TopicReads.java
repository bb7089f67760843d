/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.peers;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.config.Providers;
import io.anabranch.runners.RunnerProfile;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.beam.sdk.io.kafka.KafkaRecord;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Counts the records of a topic on Flink in this process, as they are followed, and ends once it
 * has seen as many as there are. It prints how long it was from the first to the last.
 */
public final class TopicReads {
  /** Reads by Beam's KafkaIO. */
  public static final String KAFKA_IO = "kafka-io";

  /** Reads by the log of this project. */
  public static final String FOLLOW = "follow";

  /** The line with the result begins so. */
  public static final String SECONDS = "seconds: ";

  private static final double NANOS_PER_SECOND = 1e9;
  private static final AtomicLong SEEN = new AtomicLong();
  private static final AtomicLong BYTES = new AtomicLong();
  private static final AtomicLong FIRST_NANOS = new AtomicLong();

  private TopicReads() {}

  /** Takes the reader, the brokers, the topic and the number of its records. */
  public static void main(String[] args) {
    long records = Long.parseLong(args[3]);
    Pipeline pipeline =
        Pipeline.create(
            RunnerProfile.of("flink-local", Map.of("parallelism", "2"))
                .pipelineOptions(List.of("--streaming=true")));
    if (args[0].equals(FOLLOW)) {
      Settings settings = new Settings(Map.of("brokers", args[1], "topic", args[2], "epoch", "1h"));
      EventLog log = Providers.installed().log("kafka").orElseThrow().open(settings);
      pipeline
          .apply("Follow", log.follow(FollowRequest.fromTheBeginning()))
          .apply("Count", ParDo.of(new CountBatchesFn(records)));
    } else {
      pipeline
          .apply(
              "Read",
              KafkaIO.<byte[], byte[]>read()
                  .withBootstrapServers(args[1])
                  .withTopic(args[2])
                  .withKeyDeserializer(ByteArrayDeserializer.class)
                  .withValueDeserializer(ByteArrayDeserializer.class)
                  .withReadCommitted()
                  .withConsumerConfigUpdates(
                      Map.of(
                          "auto.offset.reset", "earliest",
                          "max.poll.records", 20_000,
                          "fetch.max.bytes", 16 << 20,
                          "max.partition.fetch.bytes", 4 << 20,
                          "receive.buffer.bytes", 1 << 20)))
          .apply("Count", ParDo.of(new CountFn(records)));
    }
    pipeline.run().waitUntilFinish();
  }

  /** Counts what a bundle of records held, and the bytes of their values. */
  private abstract static class CountingFn<T> extends DoFn<T, Void> {
    private static final long serialVersionUID = 1L;
    private final long all;
    private transient long records;
    private transient long bytes;

    CountingFn(long all) {
      this.all = all;
    }

    @StartBundle
    public void startBundle() {
      records = 0;
      bytes = 0;
    }

    final void add(int valueBytes) {
      if (records == 0 && FIRST_NANOS.get() == 0) {
        FIRST_NANOS.compareAndSet(0, System.nanoTime());
      }
      records++;
      bytes += valueBytes;
    }

    @FinishBundle
    public void finishBundle() {
      BYTES.addAndGet(bytes);
      if (SEEN.addAndGet(records) >= all) {
        double seconds = (System.nanoTime() - FIRST_NANOS.get()) / NANOS_PER_SECOND;
        System.out.printf("%s%s%n%,d bytes%n", SECONDS, seconds, BYTES.get());
        System.out.flush();
        Runtime.getRuntime().halt(0);
      }
    }
  }

  private static final class CountBatchesFn extends CountingFn<RecordBatch> {
    private static final long serialVersionUID = 1L;

    CountBatchesFn(long all) {
      super(all);
    }

    @ProcessElement
    public void process(@Element RecordBatch batch) {
      for (int record = 0; record < batch.size(); record++) {
        add(batch.end(record) - batch.start(record));
      }
    }
  }

  private static final class CountFn extends CountingFn<KafkaRecord<byte[], byte[]>> {
    private static final long serialVersionUID = 1L;

    CountFn(long all) {
      super(all);
    }

    @ProcessElement
    public void process(@Element KafkaRecord<byte[], byte[]> record) {
      add(record.getKV().getValue().length);
    }
  }
}
