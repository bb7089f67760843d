/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A topic as a source without an end, or one split of it: each so-manieth partition.
 *
 * <p>Failures: records that were removed before they were read, and an epoch that was closed
 * without records that were given out as of it, fail the bundle. Each record is given out exactly
 * once relative to the runner's checkpoints.
 */
final class TopicSource extends UnboundedSource<RecordBatch, TopicMark> {
  private static final long serialVersionUID = 1L;

  private final Topic topic;
  private final String topicId;
  private final FollowRequest request;
  private final int split;
  private final int splits;

  TopicSource(Topic topic, String topicId, FollowRequest request, int split, int splits) {
    this.topic = topic;
    this.topicId = topicId;
    this.request = request;
    this.split = split;
    this.splits = splits;
  }

  /** One split a reader: more splits than partitions would leave readers without work. */
  @Override
  public List<TopicSource> split(int desired, PipelineOptions options) {
    if (splits > 1 || desired <= 1) {
      return List.of(this);
    }
    int count;
    try (Brokers brokers = new Brokers(topic)) {
      count = Math.max(1, Math.min(desired, brokers.describe().partitions()));
    }
    return IntStream.range(0, count)
        .mapToObj(i -> new TopicSource(topic, topicId, request, i, count))
        .toList();
  }

  @Override
  public TopicReader createReader(PipelineOptions options, @Nullable TopicMark mark) {
    return new TopicReader(this, mark == null ? TopicMark.start() : mark);
  }

  Topic topic() {
    return topic;
  }

  String topicId() {
    return topicId;
  }

  FollowRequest request() {
    return request;
  }

  /** Returns whether to end here, whatever else is in the log. */
  boolean isStopped() {
    return request.stop().isRaised();
  }

  /** Returns whether this split reads a partition, which may be younger than the source. */
  boolean reads(int partition) {
    return partition % splits == split;
  }

  @Override
  public Coder<TopicMark> getCheckpointMarkCoder() {
    return TopicMark.TopicMarkCoder.of();
  }

  @Override
  public Coder<RecordBatch> getOutputCoder() {
    return RecordBatchCoder.of();
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item("topic", topic.name()));
  }
}
