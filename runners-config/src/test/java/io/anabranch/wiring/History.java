/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import io.anabranch.wiring.upkeep.Compaction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A random history of a world, checked after every step, and the scenario of it so far. */
final class History {
  static final Instant START = Instant.parse("2015-05-21T00:00:00Z");
  private static final String[] ITEMS = {"tea", "cup", "pot", "ünïcödé", ""};

  private final Random random;
  private final boolean withKappa;
  private final int views;
  private final boolean refused;
  private final boolean failOnErrors;
  private final StringBuilder scenario;
  private final Map<String, Integer> done = new TreeMap<>();
  private long open; // the first open hour

  History(long seed, boolean withKappa) {
    this(seed, withKappa, Purchases.WINDOWED_FROM);
  }

  /** A history with some of the first so many views. */
  History(long seed, boolean withKappa, int views) {
    this(seed, withKappa, views, false);
  }

  /** A history of all views, with purchases on which steps of views throw. */
  static History withRefused(long seed) {
    return new History(seed, true, Purchases.ALL, true);
  }

  private History(long seed, boolean withKappa, int views, boolean refused) {
    this.views = views;
    this.refused = refused;
    this.failOnErrors = !refused && seed % 4 == 1;
    this.random = new Random(seed);
    this.withKappa = withKappa;
    this.scenario = new StringBuilder("seed " + seed + ":");
  }

  /** Returns how often each kind of step was done. */
  Map<String, Integer> done() {
    return done;
  }

  String scenario() {
    return scenario.toString();
  }

  void run(Path folder, int steps, RunnerProfile runner) {
    run(folder, steps, runner, Databases.FILES);
  }

  void run(Path folder, int steps, RunnerProfile runner, Databases databases) {
    try (World world = new World(folder, runner, new Faults() {}, databases)) {
      if (failOnErrors) {
        world.failOnErrors();
      }
      views(world);
      ingest(world);
      for (int step = 0; step < steps; step++) {
        step(world);
        world.check(scenario());
      }
    }
  }

  private void step(World world) {
    switch (random.nextInt(withKappa ? 22 : 21)) {
      case 0, 1, 2 -> ingest(world);
      case 3, 4 -> close(world);
      case 5, 6, 7, 8, 9 -> {
        if (random.nextInt(3) > 0) {
          ingest(world);
          close(world);
        }
        if (world.hasClosedEpochs()) {
          tell(world.batch() ? "batch" : "batch without anything new");
        }
      }
      case 10 -> {
        if (world.hasClosedEpochs()) {
          world.fullBatch();
          tell("full batch");
        }
      }
      case 11, 12, 13 -> {
        world.speed();
        tell("speed");
      }
      case 14, 15 -> {
        if (world.hasClosedEpochs()) {
          ingest(world);
          close(world);
          world.batch(); // so that there is something to fold
        }
        tell(world.compact(Compaction.Choice.ALL) > 0 ? "fold" : "no fold");
      }
      case 16, 17 -> {
        if (refused && world.hasClosedEpochs() && random.nextBoolean()) {
          tell(world.redrive() > 0 ? "redrive" : "nothing to redrive");
        } else {
          world.collectGarbage();
          tell("gc");
        }
      }
      case 18 -> {
        world.restart();
        tell("restart");
      }
      case 19 -> tell(world.verify() > 0 ? "verify" : "nothing to verify");
      case 20 -> views(world);
      default -> {
        world.kappa();
        tell("kappa");
      }
    }
  }

  private void tell(String step) {
    scenario.append(' ').append(step);
    done.merge(step, 1, Integer::sum);
  }

  /** An application may get views later than others, and lose some for a while. */
  private void views(World world) {
    int count = 1 + random.nextInt(views);
    scenario.append(" views(").append(count).append(')');
    world.views(count);
  }

  void close(Ingesting world) {
    open += 1 + random.nextInt(2);
    scenario.append(" close(").append(open).append(')');
    world.closeThrough(START.plus(Duration.ofHours(open)));
  }

  /** Closes every epoch that holds records. */
  void closeAllWithRecords(Ingesting world) {
    open += 3;
    scenario.append(" close(").append(open).append(')');
    world.closeThrough(START.plus(Duration.ofHours(open)));
  }

  /** Up to 60 purchases into one of three open hours; most are recent, some months away. */
  void ingest(Ingesting world) {
    Instant at = START.plus(Duration.ofMinutes(open * 60 + random.nextInt(180)));
    scenario.append(" ingest(").append(Duration.between(START, at).toHours()).append(')');
    List<Purchase> purchases = new ArrayList<>();
    for (int i = 1 + random.nextInt(60); i > 0; i--) {
      long ago =
          switch (random.nextInt(10)) {
            case 0 -> random.nextLong(Duration.ofDays(90).toMillis());
            case 1 -> -random.nextLong(Duration.ofDays(30).toMillis());
            case 2 -> views > Purchases.WINDOWED_FROM ? nearALine(at) : recent();
            default -> recent();
          };
      purchases.add(
          new Purchase(
              at.minusMillis(ago), "buyer-" + random.nextInt(8), item(), random.nextInt(1_000)));
    }
    List<String> broken = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      broken.add("broken " + random.nextLong());
    }
    world.ingest(at, purchases, broken);
  }

  private String item() {
    return refused && random.nextInt(20) == 0
        ? Purchases.REFUSED_BY + Purchases.NAMES.get(random.nextInt(views))
        : ITEMS[random.nextInt(ITEMS.length)];
  }

  private long recent() {
    return random.nextLong(Duration.ofMinutes(30).toMillis());
  }

  /** About as late, or as far ahead, as some view allows, often to the millisecond. */
  private long nearALine(Instant at) {
    if (random.nextBoolean()) {
      return random.nextLong(Duration.ofHours(4).toMillis()) - Duration.ofMinutes(90).toMillis();
    }
    long hour = Duration.ofHours(1).toMillis();
    int[] minutes = {0, 30, 31, 90, -1, -40};
    long line =
        Math.floorDiv(at.toEpochMilli(), hour) * hour
            - random.nextInt(-1, 6) * hour
            - Duration.ofMinutes(minutes[random.nextInt(minutes.length)]).toMillis();
    return at.toEpochMilli() - line + random.nextInt(-1, 2);
  }
}
