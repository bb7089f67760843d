/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.UserException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;

/** Runs pipelines to their end. */
final class Pipelines {
  private static final String SERIALIZED = UserException.class.getName() + ": ";

  private Pipelines() {}

  /**
   * Runs a pipeline and waits for its end.
   *
   * @throws UserException if a worker threw one, or the pipeline ended otherwise than done
   */
  static void runToEnd(Pipeline pipeline, String layer) {
    State state;
    try {
      PipelineResult result = pipeline.run();
      state = result.waitUntilFinish();
    } catch (RuntimeException e) {
      throw userException(e, layer);
    }
    if (state != State.DONE) {
      throw new UserException("the " + layer + " pipeline ended as " + state + ", not as DONE");
    }
  }

  /** Finds the error of a worker in what a runner wrapped around it, also if it was serialized. */
  private static UserException userException(RuntimeException error, String layer) {
    Throwable last = error;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException user) {
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
    return new UserException("the " + layer + " pipeline failed: " + last, error);
  }
}
