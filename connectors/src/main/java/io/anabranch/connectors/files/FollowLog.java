/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.StopSignal;
import io.anabranch.connectors.files.folder.LogFolder;
import java.time.Duration;
import java.util.Optional;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Follows an embedded log.
 *
 * <p>Output: unbounded; batches of records in the global window at the minimum timestamp. The
 * watermark follows the time of append and passes the end of an epoch only once the epoch is closed
 * and all its records were given out. With a lateness, it stays that long before the beginning of
 * the epoch. With an end to read until, the watermark goes to the end of time once all before it
 * was given out, and so it does once the run is asked to stop.
 *
 * <p>Failures: a segment that cannot be read fails the bundle. Each record is given out exactly
 * once relative to the runner's checkpoints.
 */
final class FollowLog extends PTransform<PBegin, PCollection<RecordBatch>> {
  private static final long serialVersionUID = 1L;

  private final FollowSource source;

  FollowLog(
      LogFolder folder,
      long after,
      Optional<Duration> lateness,
      Optional<LogEnd> until,
      StopSignal stop) {
    FollowSource prompt =
        FollowSource.of(folder, after, until.map(FollowLog::sequence).orElse(Long.MAX_VALUE), stop);
    source = lateness.map(prompt::heldBack).orElse(prompt);
  }

  private static long sequence(LogEnd end) {
    try {
      return Long.parseLong(end.position());
    } catch (NumberFormatException e) {
      throw new LogException(
          Code.FAILED,
          "the end of the log is \"" + end.position() + "\", which is none of an embedded log",
          e);
    }
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
