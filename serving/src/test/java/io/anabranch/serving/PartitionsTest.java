/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.spi.row.StoredRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However contributions are divided over layers and epochs, the answer is that of a plain fold. */
class PartitionsTest {
  private static final int SEEDS = 60;
  private static final int EPOCHS = 10;

  @TempDir Path folder;

  /** A contribution as the log holds it. */
  private record Contribution(int epoch, int bucket, String key, long value) {}

  @Test
  void anyLineBetweenTheLayersGivesThePlainFold() {
    try (Fixture<List<Long>, List<Long>> lists =
        new Fixture<>(folder, Fixture.words(Functions.sorted()))) {
      int line = 0;
      for (long seed = 0; seed < SEEDS; seed++) {
        Random random = new Random(seed);
        List<Contribution> log = log(random, line);
        line += 1 + random.nextInt(EPOCHS); // the line only moves forward: the log begins behind it
        String message = "seed " + seed + ", batch through " + line + ", log " + log;

        fill(lists, log, line);

        assertThat(message, folds(lists.read(Query.all()).rows()), is(fold(log, false)));
        assertThat(message, folds(lists.read(Query.all().asTotal()).rows()), is(fold(log, true)));
        line += EPOCHS;
      }
    }
  }

  private static List<Contribution> log(Random random, int before) {
    List<Contribution> log = new ArrayList<>();
    for (int i = random.nextInt(40); i >= 0; i--) {
      log.add(
          new Contribution(
              before + 1 + random.nextInt(EPOCHS),
              random.nextInt(3) - 1,
              random.nextBoolean() ? "a" : "b",
              random.nextInt(100)));
    }
    return log;
  }

  /** As batch and speed do it: one row per bucket and key, and one per epoch, bucket and key. */
  private static void fill(
      Fixture<List<Long>, List<Long>> lists, List<Contribution> log, int line) {
    lists.write(lists.speed(), rows(lists, log));
    List<Contribution> absorbed =
        log.stream()
            .filter(c -> c.epoch() <= line)
            .map(c -> new Contribution(line, c.bucket(), c.key(), c.value()))
            .toList();
    lists.batch(line, rows(lists, absorbed));
  }

  private static StoredRow[] rows(
      Fixture<List<Long>, List<Long>> lists, List<Contribution> contributions) {
    return contributions.stream()
        .collect(Collectors.groupingBy(c -> List.of(c.epoch(), c.bucket(), c.key())))
        .values()
        .stream()
        .map(
            group ->
                lists.row(
                    group.get(0).epoch(),
                    group.get(0).bucket(),
                    group.get(0).key(),
                    group.stream().mapToLong(Contribution::value).toArray()))
        .toArray(StoredRow[]::new);
  }

  private static Map<String, List<Long>> fold(List<Contribution> log, boolean total) {
    return log.stream()
        .collect(
            Collectors.groupingBy(
                c -> (total ? "" : c.bucket() + " ") + c.key(),
                TreeMap::new,
                Collectors.mapping(
                    Contribution::value,
                    Collectors.collectingAndThen(
                        Collectors.toList(), values -> values.stream().sorted().toList()))));
  }

  private static Map<String, List<Long>> folds(List<Row<String, List<Long>>> rows) {
    Map<String, List<Long>> folds = new TreeMap<>();
    for (Row<String, List<Long>> row : rows) {
      Optional<Long> minute = row.bucket().map(b -> b.start().getEpochSecond() / 60);
      folds.put(minute.map(m -> m + " ").orElse("") + row.key(), row.value());
    }
    return folds;
  }
}
