/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.spi.row.StoredRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.transforms.Sum;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are given out row by row, and the largest rows, against answers held in memory. */
class StreamTest {
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  @TempDir Path folder;
  private Fixture<long[], Long> sums;

  @BeforeEach
  void open() {
    sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()));
    Random random = new Random(SEED);
    StoredRow[] batch = new StoredRow[300];
    StoredRow[] speed = new StoredRow[300];
    for (int i = 0; i < batch.length; i++) {
      batch[i] = row(5, random);
      speed[i] = row(6 + random.nextInt(3), random);
    }
    sums.batch(5, batch);
    sums.write(sums.speed(), speed);
  }

  private StoredRow row(long epoch, Random random) {
    return sums.row(epoch, random.nextInt(6), "k" + random.nextInt(40), random.nextInt(9));
  }

  @AfterEach
  void close() {
    sums.close();
  }

  @Test
  void streamGivesOutTheRowsOfTheAnswer() {
    for (Query query : List.of(Query.all(), Query.all().asTotal(), Query.all().key("k7"))) {
      List<Row<String, Long>> rows = new ArrayList<>();

      sums.reader().stream(query, rows::add);

      assertThat("-Dseed=" + SEED, rows, containsInAnyOrder(sums.read(query).rows().toArray()));
    }
  }

  @Test
  void rowsOfAKeyComeOneAfterAnother() {
    List<String> keys = new ArrayList<>();

    sums.reader().stream(
        Query.all(),
        row -> {
          if (keys.isEmpty() || !keys.get(keys.size() - 1).equals(row.key())) {
            keys.add(row.key());
          }
        });

    assertThat(keys, hasSize((int) keys.stream().distinct().count()));
  }

  @Test
  void largestRowsAreTheFirstOfAllSortedByValue() {
    Comparator<Row<String, Long>> largestFirst = Comparator.comparing(row -> -row.value());
    for (Query query : List.of(Query.all(), Query.all().asTotal())) {
      List<Row<String, Long>> all = new ArrayList<>(sums.read(query).rows());
      all.sort(largestFirst); // equal ones stay in the order of the answer
      for (int count : List.of(1, 7, 1_000)) {
        assertThat(
            "-Dseed=" + SEED + ", top " + count,
            sums.read(query.top(count)).rows(),
            is(all.subList(0, Math.min(count, all.size()))));
      }
    }
  }
}
