/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A random history of a world, checked after every step, and the story of it so far. */
final class History {
  static final Instant START = Instant.parse("2015-05-21T00:00:00Z");
  private static final String[] ITEMS = {"tea", "cup", "pot", "ünïcödé", ""};

  private final Random random;
  private final boolean withKappa;
  private final StringBuilder story;
  private long open; // the first open hour

  History(long seed, boolean withKappa) {
    this.random = new Random(seed);
    this.withKappa = withKappa;
    this.story = new StringBuilder("seed " + seed + ":");
  }

  String story() {
    return story.toString();
  }

  void run(Path folder, int steps, RunnerProfile runner) {
    try (World world = new World(folder, runner)) {
      views(world);
      ingest(world);
      for (int step = 0; step < steps; step++) {
        step(world);
        world.check(story());
      }
    }
  }

  private void step(World world) {
    boolean closed = world.hasClosedEpochs();
    switch (random.nextInt(withKappa ? 18 : 17)) {
      case 0, 1, 2 -> ingest(world);
      case 3, 4, 5 -> close(world);
      case 6, 7, 8 -> when(closed, "batch", world::batch);
      case 9 -> when(closed, "full batch", world::fullBatch);
      case 10, 11 -> when(true, "speed", world::speed);
      case 12 -> when(true, "compact", () -> world.compact(Compaction.Choice.ALL));
      case 13 -> when(true, "gc", world::collectGarbage);
      case 14 -> when(true, "restart", world::restart);
      case 15 -> when(random.nextInt(3) == 0, "verify", world::verify);
      case 16 -> views(world);
      default -> when(true, "kappa", world::kappa);
    }
  }

  /** An application may get views later than others, and lose some for a while. */
  private void views(World world) {
    int count = 1 + random.nextInt(3);
    story.append(" views(").append(count).append(')');
    world.views(count);
  }

  private void when(boolean possible, String name, Runnable step) {
    if (possible) {
      story.append(' ').append(name);
      step.run();
    }
  }

  void close(World world) {
    open += 1 + random.nextInt(2);
    story.append(" close(").append(open).append(')');
    world.closeThrough(START.plus(Duration.ofHours(open)));
  }

  /** Closes every epoch that holds records. */
  void closeAllWithRecords(World world) {
    open += 3;
    story.append(" close(").append(open).append(')');
    world.closeThrough(START.plus(Duration.ofHours(open)));
  }

  /** Up to 60 purchases into one of three open hours; most are recent, some months away. */
  void ingest(World world) {
    Instant at = START.plus(Duration.ofMinutes(open * 60 + random.nextInt(180)));
    story.append(" ingest(").append(Duration.between(START, at).toHours()).append(')');
    List<Purchase> purchases = new ArrayList<>();
    for (int i = 1 + random.nextInt(60); i > 0; i--) {
      long ago =
          switch (random.nextInt(10)) {
            case 0 -> random.nextLong(Duration.ofDays(90).toMillis());
            case 1 -> -random.nextLong(Duration.ofDays(30).toMillis());
            default -> random.nextLong(Duration.ofMinutes(30).toMillis());
          };
      purchases.add(
          new Purchase(
              at.minusMillis(ago),
              "buyer-" + random.nextInt(8),
              ITEMS[random.nextInt(ITEMS.length)],
              random.nextInt(1_000)));
    }
    List<String> broken = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      broken.add("broken " + random.nextLong());
    }
    world.ingest(at, purchases, broken);
  }
}
