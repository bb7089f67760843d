/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;

import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.contracts.log.ForwardingLog;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import io.anabranch.wiring.run.KappaRun;
import io.anabranch.wiring.run.RunListener;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first run of Kappa, on a store that holds nothing. */
final class FirstKappaRunTest {
  @TempDir Path folder;

  @Test
  void epochThatClosesBetweenTwoViewsLosesNoHistory() {
    try (LifeCycle world =
        new LifeCycle(
            folder, RunnerProfile.of("direct", Map.of("targetParallelism", "2")), Purchases.ALL)) {
      History history = new History(22, false, Purchases.ALL);
      history.ingest(world);
      history.closeAllWithRecords(world);
      RunContext<Purchase> context = world.context(1);
      AtomicInteger asked = new AtomicInteger();
      EventLog closing = closing(context.log(), world, asked);

      KappaRun.of(
              new RunContext<>(
                  context.application(),
                  closing,
                  context.store(),
                  context.storeSettings(),
                  context.refresh(),
                  context.options()))
          .untilCaughtUp(true)
          .run(RunListener.NONE);

      world.kappa(1);
      assertThat("the log was asked for its end", asked.get(), greaterThan(1));
      world.check(history.scenario());
    }
  }

  /** A log of which one more epoch closes each time that it is asked for its end. */
  private static EventLog closing(EventLog log, LifeCycle world, AtomicInteger asked) {
    return new ForwardingLog(log) {
      @Override
      public LogEnd end() {
        LogEnd end = super.end();
        asked.incrementAndGet();
        world.closeThrough(log.epochs().end(end.closedThrough() + 1));
        return end;
      }
    };
  }
}
