/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.api.spi.log.StopSignal;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Lets records pass no faster than at some rate.
 *
 * <p>Input and output: the same batches of records, bounded or not, in any windows; a large batch
 * passes in parts, so that what follows gets records at a steady rate. The rate is that of a
 * process: all its threads share it, and so do all places where one throttle is applied; each
 * further process of a cluster adds as much.
 *
 * <pre>{@code
 * records.apply("Throttle", Throttle.toRate(500))
 * }</pre>
 */
public final class Throttle extends PTransform<PCollection<RecordBatch>, PCollection<RecordBatch>> {
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);
  private static final double PERIODS_PER_SECOND = 10;

  private final transient String id;
  private final transient double perSecond;
  private final transient StopSignal signal;

  private Throttle(String id, double perSecond, StopSignal signal) {
    this.id = id;
    this.perSecond = perSecond;
    this.signal = signal;
  }

  /**
   * Throttles.
   *
   * @param perSecond records a second, above 0
   * @throws IllegalArgumentException if it is not
   */
  public static Throttle toRate(double perSecond) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("rate is " + perSecond + ": it must be above 0");
    }
    return new Throttle(UUID.randomUUID().toString(), perSecond, StopSignal.create());
  }

  /** Lets all pass at once that comes once a run is asked to stop, and what waits. */
  public Throttle until(StopSignal stop) {
    return new Throttle(id, perSecond, stop);
  }

  @Override
  public PCollection<RecordBatch> expand(PCollection<RecordBatch> input) {
    return input
        .apply("Wait", ParDo.of(new WaitFn(id, perSecond, signal)))
        .setCoder(RecordBatchCoder.of());
  }

  /** Gives out permits about ten times a second, or one by one. */
  static RateLimiter limiter(String name, double perSecond) {
    int permits = (int) Math.max(1, Math.min(Integer.MAX_VALUE, perSecond / PERIODS_PER_SECOND));
    long period = (long) Math.max(1, permits / perSecond * 1e9);
    return RateLimiter.of(
        name,
        RateLimiterConfig.custom()
            .limitForPeriod(permits)
            .limitRefreshPeriod(Duration.ofNanos(period))
            .timeoutDuration(LONGEST_WAIT)
            .build());
  }

  private static final class WaitFn extends DoFn<RecordBatch, RecordBatch> {
    private static final long serialVersionUID = 1L;

    /** One for each throttle in this process. */
    private static final ConcurrentMap<String, RateLimiter> LIMITERS = new ConcurrentHashMap<>();

    private final String id;
    private final double perSecond;
    private final StopSignal signal;
    private transient RateLimiter limiter;

    WaitFn(String id, double perSecond, StopSignal signal) {
      this.id = id;
      this.perSecond = perSecond;
      this.signal = signal;
    }

    @Setup
    public void setup() {
      limiter = LIMITERS.computeIfAbsent(id, name -> limiter(name, perSecond));
    }

    @ProcessElement
    public void process(@Element RecordBatch batch, OutputReceiver<RecordBatch> out) {
      int most = limiter.getRateLimiterConfig().getLimitForPeriod();
      int passed = 0;
      while (batch.size() - passed > most && !signal.isRaised()) {
        await(most);
        out.output(batch.part(passed, passed + most));
        passed += most;
      }
      if (passed < batch.size() && !signal.isRaised()) {
        await(batch.size() - passed);
      }
      out.output(batch.part(passed, batch.size()));
    }

    private void await(int records) {
      if (!limiter.acquirePermission(records)) {
        throw new IllegalStateException("interrupted while records waited for their turn");
      }
    }
  }
}
