/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.runners.RunnerProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;

/**
 * A random history of a store that moves between Lambda and Kappa, with replays of the same and of
 * another definition, promotions, rollbacks and retirements; checked after every step.
 */
final class LifeCycleHistory {
  private final Random random;
  private final int views;
  private final History log;
  private final StringBuilder scenario;
  private final Map<String, Integer> done = new TreeMap<>();
  private boolean inKappa;

  LifeCycleHistory(long seed, int views) {
    this.random = new Random(seed);
    this.views = views;
    this.log = new History(seed, false, views);
    this.scenario = new StringBuilder();
    this.inKappa = random.nextBoolean();
  }

  /** Returns how often each kind of step was done. */
  Map<String, Integer> done() {
    return done;
  }

  String scenario() {
    return log.scenario() + " |" + scenario;
  }

  void run(Path folder, int steps, RunnerProfile runner) {
    run(folder, steps, runner, Databases.FILES);
  }

  void run(Path folder, int steps, RunnerProfile runner, Databases databases) {
    try (LifeCycle world = new LifeCycle(folder, runner, views, new Faults() {}, databases)) {
      log.ingest(world);
      for (int step = 0; step < steps; step++) {
        scenario.append(" [").append(log.scenario().length()).append(']');
        step(world);
        world.check(scenario());
      }
    }
  }

  private void step(LifeCycle world) {
    if (random.nextInt(3) == 0) {
      log.ingest(world);
    }
    if (random.nextInt(4) == 0) {
      log.close(world);
    }
    int revision = world.liveRevision();
    int any = 1 + random.nextInt(2);
    if (random.nextInt(inKappa ? 9 : 4) == 0) {
      inKappa = !inKappa;
    }
    switch (random.nextInt(14)) {
      case 0 -> {
        world.collectGarbage();
        tell("gc", true);
        tell("fold", world.compact(revision) > 0);
      }
      case 1 -> {
        world.restart();
        tell("verify", world.verify(revision) > 0);
      }
      default -> {
        if (inKappa) {
          kappa(world, revision, any);
        } else {
          lambda(world, revision, any);
        }
      }
    }
  }

  private void lambda(LifeCycle world, int revision, int any) {
    switch (random.nextInt(5)) {
      case 0, 1 -> {
        if (world.hasClosedEpochs()) {
          tell("batch", world.batch(random.nextInt(4) > 0 ? revision : any, false));
        }
      }
      case 2 -> {
        if (world.hasClosedEpochs()) {
          tell("full batch", world.batch(any, true));
        }
      }
      default -> tell("speed", world.speed(random.nextInt(4) > 0 ? revision : any));
    }
  }

  private void kappa(LifeCycle world, int revision, int any) {
    switch (random.nextInt(16)) {
      case 0, 1 -> tell("kappa", world.kappa(random.nextInt(3) > 0 ? revision : any));
      case 2 -> tell("previous", world.previous(any));
      case 3, 4 -> tell("replay", world.replay(any, some(world), OptionalLong.empty()));
      case 5, 7 -> { // the live version is as far as the candidate, so that they are compared
        tell("kappa", world.kappa(revision));
        world.check(scenario());
        tell("replay", world.replay(any, some(world), OptionalLong.empty()));
        world.check(scenario());
        tell("promote", world.promote(any));
      }
      case 6 -> {
        long from = world.firstEpoch() + random.nextInt(6);
        boolean same = random.nextInt(3) > 0;
        tell(
            "replay from " + from,
            world.replay(same ? revision : any, some(world), OptionalLong.of(from)));
      }
      case 8, 9, 10 -> tell("promote", world.promote(any));
      case 11, 12, 13 -> tell("rollback", world.rollback(any));
      case 14 -> tell("retire", world.retire(any));
      default -> {
        world.killedReplay(any);
        checkNothingHidden(world);
        tell("killed replay", true);
      }
    }
  }

  private void checkNothingHidden(LifeCycle world) {
    for (ViewCatalog view : world.catalog().loadAll().values()) {
      for (Version version : view.versions()) {
        for (Slice slice : version.slices()) {
          assertThat(scenario() + ", " + slice, slice.isShown(), is(true));
        }
      }
    }
  }

  /** Often all views. */
  private List<String> some(LifeCycle world) {
    List<String> names = new ArrayList<>(world.viewNames());
    if (random.nextBoolean()) {
      return names;
    }
    Collections.shuffle(names, random);
    return names.subList(0, 1 + random.nextInt(names.size()));
  }

  private void tell(String step, boolean possible) {
    String name = possible ? step : "no " + step;
    scenario.append(' ').append(name);
    done.merge(name.replaceAll(" from .*", " from"), 1, Integer::sum);
  }
}
