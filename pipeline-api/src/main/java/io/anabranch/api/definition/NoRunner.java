/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptions;

/** Runs nothing: for the checks that Beam makes of a graph before it gives it to a runner. */
final class NoRunner extends PipelineRunner<PipelineResult> {
  private NoRunner() {}

  /** Beam makes runners by this method. */
  public static NoRunner fromOptions(PipelineOptions options) {
    return new NoRunner();
  }

  @Override
  public PipelineResult run(Pipeline pipeline) {
    return null;
  }
}
