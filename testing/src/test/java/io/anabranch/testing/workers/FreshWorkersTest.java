/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.workers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

final class FreshWorkersTest {
  private static final Counter SEEN = Metrics.counter(FreshWorkersTest.class, "seen");

  @Test
  void eachElementIsGivenOutAndCountedOnceHoweverManyWorkersDie() {
    PipelineOptions direct = PipelineOptionsFactory.create();
    direct.setRunner(DirectRunner.class);
    Pipeline pipeline = Pipeline.create(FreshWorkers.before(direct, 7));
    Long[] numbers = LongStream.range(0, 200).boxed().toArray(Long[]::new);
    PCollection<Long> seen =
        pipeline.apply(Create.of(Arrays.asList(numbers))).apply("See", ParDo.of(new SeeFn()));
    PAssert.that(seen).containsInAnyOrder(numbers);

    PipelineResult result = pipeline.run();
    result.waitUntilFinish();

    Iterable<MetricResult<Long>> counted =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named(FreshWorkersTest.class, "seen"))
                    .build())
            .getCounters();
    assertThat(counted.iterator().next().getCommitted(), is(200L));
  }

  private static final class SeeFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<Long> out) {
      SEEN.inc();
      out.output(number);
    }
  }
}
