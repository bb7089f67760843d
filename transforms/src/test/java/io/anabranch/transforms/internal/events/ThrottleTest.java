/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.api.spi.log.StopSignal;
import io.anabranch.transforms.testkit.Runs;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThrottleTest {
  @Test
  void batchesPassAsTheyAreAndNoFasterThanTheRate() {
    List<RecordBatch> batches = new ArrayList<>();
    for (int batch = 0; batch < 5; batch++) {
      batches.add(batch(batch, 100));
    }
    Pipeline pipeline = Runs.pipeline(Runs.DIRECT);
    PCollection<RecordBatch> records =
        pipeline.apply(Create.of(batches).withCoder(RecordBatchCoder.of()));

    // Two places share one rate: 1,000 records in all, and a tenth of a second's at once.
    Throttle throttle = Throttle.toRate(1_000);
    PAssert.that(records.apply("One", throttle)).containsInAnyOrder(batches);
    PAssert.that(records.apply("Two", throttle)).containsInAnyOrder(batches);
    long started = System.nanoTime();
    Runs.run(pipeline);

    assertThat(System.nanoTime() - started, greaterThan(Duration.ofMillis(850).toNanos()));
  }

  @Test
  void largeBatchPassesInPartsOfATenthOfASecond() {
    RecordBatch batch = batch(0, 25);
    Pipeline pipeline = Runs.pipeline(Runs.DIRECT);

    PAssert.that(
            pipeline
                .apply(Create.of(batch).withCoder(RecordBatchCoder.of()))
                .apply("Slow", Throttle.toRate(100)))
        .containsInAnyOrder(batch.part(0, 10), batch.part(10, 20), batch.part(20, 25));

    Runs.run(pipeline);
  }

  @Test
  void batchesThatWaitPassAtOnceOnceARunIsToStop() {
    List<RecordBatch> batches = List.of(batch(0, 2), batch(1, 100));
    StopSignal signal = StopSignal.create();
    Pipeline pipeline = Runs.pipeline(Runs.DIRECT);
    PCollection<RecordBatch> records =
        pipeline.apply(Create.of(batches).withCoder(RecordBatchCoder.of()));
    PAssert.that(records.apply("Slow", Throttle.toRate(1).until(signal)))
        .satisfies(
            passed -> {
              int count = 0;
              for (RecordBatch each : passed) {
                count += each.size();
              }
              assertThat("records", count, is(102));
              return null;
            });

    ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    Future<?> raised = later.schedule(signal::raise, 2, TimeUnit.SECONDS);
    long started = System.nanoTime();
    Runs.run(pipeline);
    later.shutdown();
    assertThat("waited until then", raised.isDone(), is(true));

    assertThat(System.nanoTime() - started, lessThan(Duration.ofSeconds(30).toNanos()));
  }

  @ParameterizedTest
  @CsvSource({"0.5, 1, 2000000000", "5, 1, 200000000", "2000, 200, 100000000"})
  void permitsAreGivenOutTenTimesASecondOrOneByOne(double rate, int permits, long nanos) {
    RateLimiterConfig config = Throttle.limiter("name", rate).getRateLimiterConfig();

    assertThat(config.getLimitForPeriod(), is(permits));
    assertThat(config.getLimitRefreshPeriod(), is(Duration.ofNanos(nanos)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void rateMustBeAboveZero(double rate) {
    Exception problem = assertThrows(IllegalArgumentException.class, () -> Throttle.toRate(rate));

    assertThat(problem.getMessage(), containsString("rate is " + rate + ": it must be above 0"));
  }

  private static RecordBatch batch(long epoch, int records) {
    RecordBatch.Builder batch = RecordBatch.of(epoch, "segment");
    for (int record = 0; record < records; record++) {
      batch.add(record, new byte[] {1}, 0, 1);
    }
    return batch.build();
  }
}
