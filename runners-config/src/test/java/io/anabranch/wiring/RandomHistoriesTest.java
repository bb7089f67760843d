/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of ingesting, closing, batch, speed and Kappa runs on a real log and real
 * stores; after every step, all answers equal a plain fold of what each layer has read.
 */
final class RandomHistoriesTest {
  private static final Instant START = Instant.parse("2015-05-21T00:00:00Z");
  private static final String[] ITEMS = {"tea", "cup", "pot", "ünïcödé", ""};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyAnswerEqualsThePlainFoldOnDirect(long seed) {
    run(seed, 10, RunnerProfile.of("direct", Map.of("enforceImmutability", "true")));
  }

  @Test
  void everyAnswerEqualsThePlainFoldOnFlink() {
    run(99, 7, RunnerProfile.of("flink-local", Map.of("parallelism", "2")));
  }

  private void run(long seed, int steps, RunnerProfile runner) {
    Random random = new Random(seed);
    StringBuilder story = new StringBuilder("seed " + seed + ": ");
    long open = 0; // the first open hour
    boolean closedSome = false;
    try (World world = new World(folder, runner)) {
      ingest(world, random, open);
      for (int step = 0; step < steps; step++) {
        switch (random.nextInt(6)) {
          case 0, 1 -> {
            story.append("ingest ");
            ingest(world, random, open);
          }
          case 2 -> {
            open += 1 + random.nextInt(2);
            closedSome = true;
            story.append("close(").append(open).append(") ");
            world.closeThrough(START.plus(Duration.ofHours(open)));
          }
          case 3 -> {
            if (closedSome) {
              story.append("batch ");
              world.batch();
            }
          }
          case 4 -> {
            story.append("speed ");
            world.speed();
          }
          default -> {
            story.append("kappa ");
            world.kappa();
          }
        }
        world.check(story.toString());
      }
      story.append("speed kappa");
      world.speed();
      world.kappa();
      world.check(story.toString());
    }
  }

  /** Up to 60 purchases into one of three open hours; most are recent, some months away. */
  private static void ingest(World world, Random random, long open) {
    Instant at = START.plus(Duration.ofMinutes(open * 60 + random.nextInt(180)));
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
