/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.connectors.files.folder.LogFolder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Follows an embedded log, as {@link io.anabranch.api.spi.log.EventLog#follow} says.
 *
 * <p>Failures: a segment that cannot be read fails the bundle. Each record is given out exactly
 * once relative to the runner's checkpoints.
 */
final class FollowLog extends PTransform<PBegin, PCollection<RecordBatch>> {
  private static final long serialVersionUID = 1L;

  private final FollowSource source;

  FollowLog(LogFolder folder, FollowRequest request) {
    source = FollowSource.of(folder, request);
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
