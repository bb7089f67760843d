/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.transforms.internal.store.StoreGuard.Effort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreGuardTest {
  private final StoreGuard guard = new StoreGuard(Duration.ofSeconds(30));
  private final AtomicInteger calls = new AtomicInteger();

  private static StoreException failure(Code code) {
    return new StoreException(code, "the test wants it");
  }

  @ParameterizedTest
  @EnumSource(names = {"LOCKED", "UNREACHABLE", "FULL"})
  void whatMayPassIsDoneAgain(Code code) {
    Effort effort =
        guard.run(
            () -> {
              if (calls.incrementAndGet() < 4) {
                throw failure(code);
              }
            });

    assertThat(calls.get(), is(4));
    assertThat(effort.retries(), is(3L));
    assertThat(effort.waited(), greaterThan(Duration.ofMillis(100)));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LOCKED", "UNREACHABLE", "FULL"})
  void whatDoesNotPassFailsAtOnce(Code code) {
    StoreException failure = failure(code);

    StoreException thrown =
        assertThrows(
            StoreException.class,
            () ->
                guard.run(
                    () -> {
                      calls.incrementAndGet();
                      throw failure;
                    }));

    assertThat(thrown, sameInstance(failure));
    assertThat(calls.get(), is(1));
  }

  @Test
  void refusalsDoNotOpenTheBreaker() {
    for (int i = 0; i < 50; i++) {
      assertThrows(
          FencedException.class,
          () ->
              guard.run(
                  () -> {
                    throw new FencedException(new Fence("v", 1, 2, 3), 4);
                  }));
    }

    assertThat(guard.get(calls::incrementAndGet).effort().retries(), is(0L));
    assertThat(calls.get(), is(1));
  }

  /** Eight workers ask a store that is away; each on its own would ask far more often. */
  @Test
  void breakerOpensWhileTheStoreIsAwayAndClosesOnceItIsBack() throws Exception {
    AtomicBoolean away = new AtomicBoolean(true);
    AtomicInteger done = new AtomicInteger();
    List<Thread> workers = new ArrayList<>();
    List<Effort> efforts = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 8; i++) {
      workers.add(
          new Thread(
              () ->
                  efforts.add(
                      guard.run(
                          () -> {
                            calls.incrementAndGet();
                            if (away.get()) {
                              throw failure(Code.UNREACHABLE);
                            }
                            done.incrementAndGet();
                          }))));
    }
    workers.forEach(Thread::start);
    Thread.sleep(5_000);
    int whileAway = calls.get();
    away.set(false);
    for (Thread worker : workers) {
      worker.join();
    }

    assertThat("each is done once", done.get(), is(8));
    assertThat("calls in five seconds", whileAway, lessThan(30));
    assertThat(
        efforts.stream().mapToLong(Effort::opened).max().orElse(0), greaterThanOrEqualTo(1L));
    assertThat("nobody waits now", guard.run(() -> {}).retries(), is(0L));
  }

  @Test
  void givesUpAfterATime() {
    StoreGuard impatient = new StoreGuard(Duration.ofMillis(700));

    StoreException thrown =
        assertThrows(
            StoreException.class,
            () ->
                impatient.run(
                    () -> {
                      calls.incrementAndGet();
                      throw failure(Code.FULL);
                    }));

    assertThat(thrown.code(), is(Code.FULL));
    assertThat(calls.get(), greaterThan(2));
  }
}
