/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.workers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

final class FreshWorkersTest {
  private static final Counter SEEN = Metrics.counter(FreshWorkersTest.class, "seen");
  private static final AtomicInteger ATTEMPTS = new AtomicInteger();
  private static final AtomicInteger SETUPS = new AtomicInteger();
  private static final AtomicInteger TEARDOWNS = new AtomicInteger();

  /** Ten seeds, as the DirectRunner cuts bundles by chance: in one run few workers may die. */
  @Test
  void eachElementIsGivenOutAndCountedOnceHoweverManyWorkersDie() {
    for (long seed = 0; seed < 10; seed++) {
      assertThat("counted with seed " + seed, countedWith(seed), is(200L));
    }
    assertThat("workers died, and others did their work again", ATTEMPTS.get(), greaterThan(2_000));
    assertThat("workers came and went", SETUPS.get(), greaterThan(20));
    assertThat("all are torn down", TEARDOWNS.get(), is(SETUPS.get()));
  }

  private static long countedWith(long seed) {
    PipelineOptions direct = PipelineOptionsFactory.create();
    direct.setRunner(DirectRunner.class);
    Pipeline pipeline = Pipeline.create(FreshWorkers.before(direct, seed));
    Long[] numbers = LongStream.range(0, 200).boxed().toArray(Long[]::new);
    PCollection<Long> seen =
        pipeline.apply(Create.of(Arrays.asList(numbers))).apply("View", new Author());
    PAssert.that("given out with seed " + seed, seen).containsInAnyOrder(numbers);

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
    return counted.iterator().next().getCommitted();
  }

  private static final class Author extends PTransform<PCollection<Long>, PCollection<Long>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<Long> expand(PCollection<Long> numbers) {
      return numbers.apply(FreshWorkers.AUTHORS, ParDo.of(new SeeFn()));
    }
  }

  private static final class SeeFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @Setup
    public void setup() {
      SETUPS.incrementAndGet();
    }

    @Teardown
    public void teardown() {
      TEARDOWNS.incrementAndGet();
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<Long> out) {
      ATTEMPTS.incrementAndGet();
      SEEN.inc();
      out.output(number);
    }
  }
}
