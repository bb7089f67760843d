/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.upkeep;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.Garbage;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.catalog.ViewLifecycle;
import io.anabranch.contracts.log.ForwardingLog;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.LifeCycle;
import io.anabranch.wiring.Purchases;
import io.anabranch.wiring.Purchases.Purchase;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.run.Replay;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that lives says so, whatever its log throws. */
class HeartbeatTest {
  private static final Duration EVERY = Duration.ofMillis(20);

  /** After this time, a run that was not heard of is dead. */
  private static final Duration LONG = Duration.ofSeconds(3);

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("errors")
  void goesOnAfterItsLogThrew(Runnable error) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (LifeCycle world = withOnePurchase()) {
      EventLog throwing = throwing(world.context(1).log(), asked, error);
      RunContext<Purchase> context = withLog(world.context(1), throwing);

      try (Heartbeat heartbeat = Heartbeat.begin(context, "replay", EVERY)) {
        Replay replay = Replay.of(world.context(1), List.of(), OptionalLong.empty());
        world.context(1).lifecycle().beginReplay(heartbeat.run(), replay.plans());
        Instant throwsSince = Instant.now();
        await()
            .atMost(SOON)
            .until(() -> Instant.now().isAfter(throwsSince.plus(LONG)) && asked.get() > 3);

        Garbage garbage =
            new ViewLifecycle(world.store())
                .collectGarbage(new GarbageRules(Duration.ofHours(1), LONG, false));
        assertThat(garbage, is(new Garbage(0, 0, 0)));
      }
    }
  }

  /** Its run goes on with the others. */
  @Test
  void versionThatWasRetiredMeanwhileIsNotMissed() {
    try (LifeCycle world = withOnePurchase()) {
      RunContext<Purchase> context = world.context(1);
      try (Heartbeat heartbeat = Heartbeat.begin(context, "replay", EVERY)) {
        List<OpenSlice> slices =
            context
                .lifecycle()
                .beginReplay(
                    heartbeat.run(), Replay.of(context, List.of(), OptionalLong.empty()).plans());
        context.lifecycle().retire(List.of(slices.get(0).version()));

        heartbeat.follows(slices);

        assertThat(context.catalog().version(slices.get(0).version()).isPresent(), is(false));
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

  /** Throw something that no log should throw. */
  static List<Runnable> errors() {
    return List.of(
        () -> {
          throw new IllegalStateException("the disk is on fire");
        },
        () -> {
          throw new StackOverflowError("the disk is on fire");
        });
  }

  private static EventLog throwing(EventLog log, AtomicInteger asked, Runnable error) {
    return new ForwardingLog(log) {
      @Override
      public LogEnd end() {
        if (asked.incrementAndGet() > 1) { // for ever
          error.run();
        }
        return super.end();
      }
    };
  }

  private LifeCycle withOnePurchase() {
    LifeCycle world = new LifeCycle(folder, RunnerProfile.of("direct", Map.of()), Purchases.ALL);
    world.ingest(
        Instant.parse("2026-01-01T00:30:00Z"),
        List.of(Purchase.parse("2026-01-01T00:10:00Z,a,b,1")),
        List.of());
    return world;
  }
}
