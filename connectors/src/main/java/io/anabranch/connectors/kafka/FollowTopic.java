/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.RecordBatch;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Follows a topic, as {@link io.anabranch.api.spi.log.EventLog#follow} says.
 *
 * <p>Failures: records that were removed before they were read, and an epoch that was closed
 * without records that were given out as of it, fail the bundle. Each record is given out exactly
 * once relative to the runner's checkpoints.
 */
final class FollowTopic extends PTransform<PBegin, PCollection<RecordBatch>> {
  private static final long serialVersionUID = 1L;

  private final TopicSource source;

  FollowTopic(Topic topic, String topicId, FollowRequest request) {
    source = new TopicSource(topic, topicId, request, 0, 1);
  }

  @Override
  public PCollection<RecordBatch> expand(PBegin input) {
    return input.apply("Follow", Read.from(source));
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.delegate(source);
  }
}
