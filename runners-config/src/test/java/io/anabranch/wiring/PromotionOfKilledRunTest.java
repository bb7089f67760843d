/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.ReadProgress.Increment;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.catalog.ViewState;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import io.anabranch.wiring.run.Replay;
import io.anabranch.wiring.version.Promotion;
import io.anabranch.wiring.version.PromotionGate;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Timer;
import java.util.TimerTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate whose run reported what it read, and was killed before that was stored. */
final class PromotionOfKilledRunTest {
  private static final Instant FIRST = Instant.parse("2026-01-01T00:30:00Z");

  @TempDir Path folder;
  private LifeCycle world;
  private RunContext<Purchase> context;
  private ViewState view;
  private OpenSlice killed;

  /**
   * The candidate's run reads an open epoch that only the live version holds, and stores nothing.
   */
  @BeforeEach
  void killRunOfCandidate() {
    world = new LifeCycle(folder, RunnerProfile.of("direct", Map.of()), Purchases.ALL);
    purchase(FIRST);
    world.closeThrough(FIRST.plus(Duration.ofMinutes(30)));
    purchase(FIRST.plus(Duration.ofHours(1)));
    world.kappa(1);
    world.replay(1, world.viewNames(), OptionalLong.empty());
    purchase(FIRST.plus(Duration.ofHours(1)));
    world.kappa(1);
    context = world.context(1);
    view = context.catalog().live(world.viewNames().get(0)).orElseThrow();
    killed =
        context
            .lifecycle()
            .takeOver(
                context.runs().begin("replay"),
                context.ref(context.application().view(view.view())),
                view.candidate().orElseThrow());
    context
        .store()
        .progress()
        .report(
            List.of(
                new ReadReport.Begun(killed.fence(), killed.after(), false),
                new ReadReport.Read(
                    killed.fence(),
                    new Increment(killed.after() + 1, 100, 2, context.log().end().position()))));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void isRefusedAsItsRowsMayBeMissing() {
    UserException refused = assertThrows(UserException.class, this::promote);

    assertThat(
        refused.getMessage(),
        containsString(
            "version %d may not have stored what it read last".formatted(killed.version())));
    assertThat(live(), is(view.base()));
  }

  @Test
  void isRefusedLaterTooUntilItIsRunAgain() {
    context.store().progress().heartbeat(new RunBeat(killed.run(), "", RunBeat.State.ENDED));

    UserException refused = assertThrows(UserException.class, this::promote);

    assertThat(
        refused.getMessage(),
        containsString("is not run any more, and may not have stored what it read last"));
    assertThat(live(), is(view.base()));
  }

  /** By a changed definition nothing is compared that could hold it back. */
  @Test
  void isRefusedIfItReadNothing() {
    RunContext<Purchase> changed = world.context(2);
    Replay replay = Replay.of(changed, List.of(view.view()), OptionalLong.empty());
    long run = changed.runs().begin("replay");
    changed.lifecycle().completeBackfill(changed.lifecycle().beginReplay(run, replay.plans()));

    UserException refused = assertThrows(UserException.class, () -> promote(changed));

    assertThat(refused.getMessage(), containsString("has read nothing yet"));
    assertThat(live(), is(view.base()));
  }

  /** What a run that lives has read is stored a little later. */
  @Test
  void isPromotedWhenTheRunShowsThatItLives() {
    Timer beats = new Timer();
    beats.schedule(
        new TimerTask() {
          @Override
          public void run() {
            beat();
          }
        },
        0,
        100);

    try {
      promote();
    } finally {
      beats.cancel();
    }

    assertThat(live(), is(view.candidate()));
  }

  private void beat() {
    context.store().progress().heartbeat(new RunBeat(killed.run(), "", RunBeat.State.ALIVE));
  }

  private void promote() {
    promote(context);
  }

  private void promote(RunContext<Purchase> by) {
    Promotion.promote(
        by, List.of(view.view()), name -> Tolerance.NONE, false, PromotionGate.of(Duration.ZERO));
  }

  private OptionalLong live() {
    return context.catalog().live(view.view()).orElseThrow().base();
  }

  private void purchase(Instant at) {
    world.ingest(at, List.of(Purchase.parse(at + ",a,b,1")), List.of());
  }
}
