/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.runners.RunnerProfile;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.beam.sdk.options.PipelineOptions;

/** The runners that schedules run on: they run in the process of the test. */
public final class Runners {
  private Runners() {}

  /** Beam's DirectRunner, the default. */
  public static Supplier<PipelineOptions> direct() {
    return of("direct", Map.of("targetParallelism", "1"));
  }

  /**
   * Flink in this process, some seconds a schedule. Scripts cannot move its processing time: early
   * rows come by the clock.
   */
  public static Supplier<PipelineOptions> flinkLocal() {
    return of("flink-local", Map.of("parallelism", "1"));
  }

  private static Supplier<PipelineOptions> of(String profile, Map<String, String> options) {
    return () -> RunnerProfile.of(profile, options).pipelineOptions(List.of());
  }
}
