/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.spi.EventLog;
import io.anabranch.api.spi.Garbage;
import io.anabranch.api.spi.GarbageRules;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that lives says so, whatever its log throws. */
class HeartbeatTest {
  private static final Duration EVERY = Duration.ofMillis(20);

  /** After this time, a run that was not heard of is dead. */
  private static final Duration LONG = Duration.ofSeconds(3);

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
  void goesOnAfterItsLogThrew(Class<? extends Throwable> type) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (LifeCycle world =
        new LifeCycle(folder, RunnerProfile.of("direct", Map.of()), Purchases.ALL)) {
      world.ingest(
          Instant.parse("2026-01-01T00:30:00Z"),
          List.of(Purchase.parse("2026-01-01T00:10:00Z,a,b,1")),
          List.of());
      EventLog throwing =
          throwing(
              world.context(1).log(),
              () -> {
                return asked.incrementAndGet() > 1; // for ever
              },
              type.getConstructor(String.class).newInstance("the disk is on fire"));
      RunContext<Purchase> context = withLog(world.context(1), throwing);

      try (Heartbeat heartbeat = Heartbeat.begin(context, "replay", EVERY)) {
        Replay replay = Replay.of(world.context(1), List.of(), OptionalLong.empty());
        world.store().openReplay(heartbeat.run(), replay.plans());
        Instant throwsSince = Instant.now();
        await()
            .atMost(SOON)
            .until(() -> Instant.now().isAfter(throwsSince.plus(LONG)) && asked.get() > 3);

        Garbage garbage =
            world.store().collectGarbage(new GarbageRules(Duration.ofHours(1), LONG, false));
        assertThat(garbage, is(new Garbage(0, 0, 0)));
      }
    }
  }

  private static RunContext<Purchase> withLog(RunContext<Purchase> context, EventLog log) {
    return new RunContext<>(
        context.application(),
        log,
        context.store(),
        context.storeSettings(),
        context.refresh(),
        context.options());
  }

  private static EventLog throwing(EventLog log, Supplier<Boolean> throwsNow, Throwable error) {
    return (EventLog)
        Proxy.newProxyInstance(
            EventLog.class.getClassLoader(),
            new Class<?>[] {EventLog.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("end") && throwsNow.get()) {
                throw error;
              }
              try {
                return method.invoke(log, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
