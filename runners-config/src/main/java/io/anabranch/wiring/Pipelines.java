/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.AuthorException;
import io.anabranch.api.UserException;
import io.anabranch.transforms.Decode;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;

/** Runs pipelines to their end. */
final class Pipelines {
  private static final String SERIALIZED = UserException.class.getName() + ": ";

  private Pipelines() {}

  /**
   * Runs a pipeline and waits for its end.
   *
   * @return how many records it decoded, or failed to decode
   * @throws UserException if a worker threw one, or the pipeline ended otherwise than done
   */
  static long runToEnd(Pipeline pipeline, String layer) {
    PipelineResult result;
    State state;
    AuthorSteps steps = AuthorSteps.of(pipeline);
    try {
      result = pipeline.run();
      state = result.waitUntilFinish();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw userException(e, steps, layer);
    }
    if (state != State.DONE) {
      throw new UserException("the " + layer + " pipeline ended as " + state + ", not as DONE");
    }
    return records(result);
  }

  private static long records(PipelineResult result) {
    MetricsFilter filter =
        MetricsFilter.builder()
            .addNameFilter(MetricNameFilter.named(Decode.METRICS, Decode.RECORDS))
            .build();
    long records = 0;
    for (MetricResult<Long> counter : result.metrics().queryMetrics(filter).getCounters()) {
      records += counter.getAttempted();
    }
    return records;
  }

  /** Finds the error of a worker in what a runner wrapped around it, also if it was serialized. */
  private static UserException userException(Throwable error, AuthorSteps steps, String layer) {
    Throwable last = error;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException user && !(cause instanceof AuthorException)) {
        return new UserException(user.getMessage(), error);
      }
      String text = String.valueOf(cause.getMessage());
      int at = text.indexOf(SERIALIZED);
      if (at >= 0) {
        return new UserException(
            text.substring(at + SERIALIZED.length()).lines().findFirst().orElse(text), error);
      }
      last = cause;
    }
    String cause = AuthorException.cut(last.toString());
    return steps
        .explain(error)
        .orElseGet(() -> new UserException("the " + layer + " pipeline failed: " + cause, error));
  }
}
