/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.testkit;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.Locale;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** Runs pipelines on the runners of the tests. */
public final class Runs {
  public static final String DIRECT = "--runner=DirectRunner --targetParallelism=2";
  public static final String FLINK_BATCH =
      "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";

  /** One slot: elements and watermarks of a {@code TestStream} keep their order. */
  public static final String FLINK_STREAMING =
      "--runner=FlinkRunner --flinkMaster=[local] --parallelism=1 --streaming=true";

  /** As {@link #FLINK_STREAMING}, and no bundle delays a watermark. */
  public static final String FLINK_STEP_BY_STEP = FLINK_STREAMING + " --maxBundleSize=1";

  private Runs() {}

  public static Pipeline pipeline(String runner) {
    return Pipeline.create(PipelineOptionsFactory.fromArgs(runner.split(" ")).create());
  }

  /** Runs to the end, which must be a good one. */
  public static PipelineResult run(Pipeline pipeline) {
    PipelineResult result = pipeline.run();
    assertThat("end of the pipeline", result.waitUntilFinish(), is(PipelineResult.State.DONE));
    return result;
  }

  /** The sum of the counters of a name. */
  public static long counter(PipelineResult result, String name) {
    long sum = 0;
    for (var counter :
        result.metrics().queryMetrics(MetricsFilter.builder().build()).getCounters()) {
      if (counter.getName().getName().equals(name)) {
        sum += counter.getAttempted();
      }
    }
    return sum;
  }

  /** The number of elements that a runner dropped, for whatever reason. */
  public static long dropped(PipelineResult result) {
    long sum = 0;
    for (var counter :
        result.metrics().queryMetrics(MetricsFilter.builder().build()).getCounters()) {
      if (counter.getName().getName().toLowerCase(Locale.ROOT).startsWith("dropped")) {
        sum += counter.getAttempted();
      }
    }
    return sum;
  }
}
