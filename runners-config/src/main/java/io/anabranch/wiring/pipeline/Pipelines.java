/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import io.anabranch.api.AuthorException;
import io.anabranch.api.UserException;
import io.anabranch.api.internal.Excerpt;
import io.anabranch.transforms.internal.events.Decode;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;

/** Runs pipelines to their end. */
public final class Pipelines {
  /** The text of an error for people, with its class, where a runner keeps no more of it. */
  private static final Pattern SERIALIZED =
      Pattern.compile("io\\.anabranch\\.(\\w+\\.)*(User|Log|Store|Fenced|Catalog)Exception: ");

  private static final int LONGEST_MESSAGE = 1_000;

  private Pipelines() {}

  /**
   * Runs a pipeline and waits for its end.
   *
   * @return how many records it read
   * @throws UserException if a worker threw one, or the pipeline ended otherwise than done
   */
  public static RecordCounts runToEnd(Pipeline pipeline, String layer) {
    PipelineResult result;
    State state;
    AuthorSteps steps = AuthorSteps.of(pipeline);
    LeadingStepsDone.applyAll(pipeline);
    try {
      result = pipeline.run();
      state = result.waitUntilFinish();
    } catch (RuntimeException | StackOverflowError e) {
      throw userException(e, steps, layer);
    }
    if (state != State.DONE) {
      throw new UserException("the " + layer + " pipeline ended as " + state + ", not as DONE");
    }
    return counts(result);
  }

  /**
   * Takes the reading of most records: where the log is read several times, it holds the others.
   */
  private static RecordCounts counts(PipelineResult result) {
    Map<String, Long> undecodable = byStep(result, Decode.DEAD_LETTERS);
    long failed =
        byStep(result, Decode.FAILED_EVENTS).values().stream().mapToLong(Long::longValue).sum();
    return byStep(result, Decode.RECORDS).entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(
            step ->
                new RecordCounts(
                    step.getValue(), undecodable.getOrDefault(step.getKey(), 0L), failed))
        .orElse(RecordCounts.NONE);
  }

  private static Map<String, Long> byStep(PipelineResult result, String metric) {
    MetricsFilter filter =
        MetricsFilter.builder()
            .addNameFilter(MetricNameFilter.named(Decode.METRICS, metric))
            .build();
    Map<String, Long> counts = new HashMap<>();
    for (MetricResult<Long> counter : result.metrics().queryMetrics(filter).getCounters()) {
      counts.merge(counter.getKey().stepName(), counter.getAttempted(), Long::sum);
    }
    return counts;
  }

  /** Finds the error of a worker in what a runner wrapped around it, also if it was serialized. */
  static UserException userException(Throwable error, AuthorSteps steps, String layer) {
    Throwable last = error;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException user && !(cause instanceof AuthorException)) {
        return new UserException(excerpt(user.getMessage()), error);
      }
      String text = String.valueOf(cause.getMessage());
      Matcher serialized = SERIALIZED.matcher(text);
      if (serialized.find()) {
        return new UserException(
            excerpt(text.substring(serialized.end()).lines().findFirst().orElse(text)), error);
      }
      last = cause;
    }
    String cause = "the " + layer + " pipeline failed: " + last;
    return steps.explain(error).orElseGet(() -> new UserException(excerpt(cause), error));
  }

  /** An author's error may quote a whole record. */
  private static String excerpt(String message) {
    return Excerpt.of(message, LONGEST_MESSAGE);
  }
}
