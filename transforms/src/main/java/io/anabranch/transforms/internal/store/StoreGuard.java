/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The calls of one store by all workers of this process. A call that fails for a reason that may
 * pass is done again, less and less often. If many fail, the circuit breaker opens: callers wait
 * and do not ask, but for one now and then that looks whether the store is back. While a bundle
 * waits its source is not read, so nothing piles up. After a time it fails, and the runner does it
 * again.
 */
final class StoreGuard {
  /** How long a call may wait in all. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  /** As many as a store has connections for a process. */
  private static final int MOST_AT_ONCE = 8;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final double GROWTH = 1.5;
  private static final double JITTER = 0.5;

  private static final Map<Settings, StoreGuard> GUARDS = new ConcurrentHashMap<>();

  private final Duration patience;
  private final CircuitBreaker breaker;
  private final Bulkhead bulkhead;
  private final AtomicLong opened = new AtomicLong();

  /**
   * What a call did besides its work.
   *
   * @param retries how often it was done again
   * @param waited how long it waited for that
   * @param opened how often the breaker opened meanwhile, by this call or by others
   */
  record Effort(long retries, Duration waited, long opened) {}

  StoreGuard(Duration patience) {
    this.patience = patience;
    this.breaker =
        CircuitBreaker.of(
            "store",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(10)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(pauses(Duration.ofSeconds(1)))
                .recordException(StoreGuard::isAway)
                .ignoreException(error -> !isAway(error)) // the store works, and refuses
                .build());
    this.breaker
        .getEventPublisher()
        .onStateTransition(
            event -> {
              if (event.getStateTransition().getToState() == State.OPEN) {
                opened.incrementAndGet();
              }
            });
    this.bulkhead =
        Bulkhead.of(
            "store",
            BulkheadConfig.custom()
                .maxConcurrentCalls(MOST_AT_ONCE)
                .maxWaitDuration(LONGEST_PAUSE)
                .build());
  }

  /** Returns the guard of a store, the same for all workers of this process. */
  static StoreGuard of(Settings store) {
    return GUARDS.computeIfAbsent(store, absent -> new StoreGuard(PATIENCE));
  }

  private static IntervalFunction pauses(Duration first) {
    return IntervalFunction.ofExponentialRandomBackoff(first, GROWTH, JITTER, LONGEST_PAUSE);
  }

  /**
   * Does some work, again and again if need be.
   *
   * @throws StoreException if it fails for a reason that does not pass, or for too long
   */
  Effort run(Runnable work) {
    return get(() -> {
          work.run();
          return work;
        })
        .effort();
  }

  /** What work returned, and what it took. */
  record Done<T>(T result, Effort effort) {}

  /** As {@link #run}, of work that returns something. */
  <T> Done<T> get(Supplier<T> work) {
    long deadline = System.nanoTime() + patience.toNanos();
    long openedBefore = opened.get();
    AtomicLong retries = new AtomicLong();
    AtomicLong waitedMillis = new AtomicLong();
    AtomicReference<StoreException> last = new AtomicReference<>();
    Retry retry =
        Retry.of(
            "store",
            RetryConfig.custom()
                .maxAttempts(Integer.MAX_VALUE)
                .intervalFunction(pauses(FIRST_PAUSE))
                .retryOnException(
                    error -> (isOfGuard(error) || mayPass(error)) && System.nanoTime() < deadline)
                .build());
    retry
        .getEventPublisher()
        .onRetry(
            event -> {
              retries.incrementAndGet();
              waitedMillis.addAndGet(event.getWaitInterval().toMillis());
            });
    Supplier<T> remembered =
        () -> {
          try {
            return work.get();
          } catch (StoreException e) {
            last.set(e);
            throw e;
          }
        };
    try {
      T result =
          retry.executeSupplier(
              Bulkhead.decorateSupplier(
                  bulkhead, CircuitBreaker.decorateSupplier(breaker, remembered)));
      return new Done<>(
          result,
          new Effort(
              retries.get(), Duration.ofMillis(waitedMillis.get()), opened.get() - openedBefore));
    } catch (CallNotPermittedException | BulkheadFullException e) {
      throw last.get() == null
          ? new StoreException(
              Code.UNREACHABLE,
              "the store failed for %d s, as others found that asked it"
                  .formatted(patience.toSeconds()),
              e)
          : last.get();
    }
  }

  private static boolean isOfGuard(Throwable error) {
    return error instanceof CallNotPermittedException || error instanceof BulkheadFullException;
  }

  /** A lock is of one view; others are not kept waiting for it. */
  private static boolean isAway(Throwable error) {
    return mayPass(error) && ((StoreException) error).code() != Code.LOCKED;
  }

  private static boolean mayPass(Throwable error) {
    return error instanceof StoreException failed
        && switch (failed.code()) {
          case LOCKED, UNREACHABLE, FULL -> true;
          case DENIED,
              ROW_REFUSED,
              READ_ONLY,
              UNREADABLE,
              OLDER_SCHEMA,
              NEWER_SCHEMA,
              TIMED_OUT,
              TOO_MUCH,
              FAILED ->
              false;
        };
  }
}
