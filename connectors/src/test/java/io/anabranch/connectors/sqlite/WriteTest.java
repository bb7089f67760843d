/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class WriteTest extends OpenStore {
  @Override
  TestStore open(Path path) {
    return new TestStore(ViewStores.open(Stores.settings(path, "50ms")), Clock.systemUTC());
  }

  @Test
  void rowIsReplacedOnlyByOneOfNoFewerContributions() {
    OpenSlice slice = speed();

    store.write(slice, List.of(row(1, 0, "a", 10, 2)));
    store.write(slice, List.of(row(1, 0, "a", 99, 1)));
    assertThat("fewer", Stores.read(store), contains("speed 0 a=10"));

    store.write(slice, List.of(row(1, 0, "a", 11, 2)));
    assertThat("as many", Stores.read(store), contains("speed 0 a=11"));

    store.write(slice, List.of(row(1, 0, "a", 12, 3)));
    assertThat("more", Stores.read(store), contains("speed 0 a=12"));
  }

  @Test
  void growingRowsGiveTheLastHoweverTheyAreOrderedAndRepeated() {
    OpenSlice slice = speed();
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      int grown = 1 + random.nextInt(8);
      List<StoredRow> rows = new ArrayList<>();
      for (int i = 1; i <= grown; i++) {
        for (int copies = 1 + random.nextInt(2); copies > 0; copies--) {
          rows.add(row(1, seed, "a", i * 100L, i));
        }
      }
      Collections.shuffle(rows, random);
      int cut = random.nextInt(rows.size());

      store.write(slice, rows.subList(0, cut));
      store.write(slice, rows.subList(cut, rows.size()));

      assertThat(
          "seed " + seed + ": " + rows,
          Stores.read(store),
          hasItem("speed " + seed + " a=" + grown * 100));
      assertThat("seed " + seed, Stores.read(store), hasSize((int) seed + 1));
    }
  }

  @Test
  void rowsOfOtherEpochsBucketsAndKeysAreRowsOfTheirOwn() {
    store.write(
        speed(),
        List.of(row(1, 0, "a", 1), row(2, 0, "a", 2), row(1, 1, "a", 3), row(1, 0, "b", 4)));

    assertThat(
        Stores.read(store), contains("speed 0 a=1", "speed 0 a=2", "speed 0 b=4", "speed 1 a=3"));
  }

  @Test
  void emptyKeysAndEmptyAccumulatorsAreStored() {
    List<LiveRow> rows = new ArrayList<>();

    store.write(speed(), List.of(new StoredRow(1, 0, new byte[0], "", new byte[0], 1)));
    store.read(VIEW, Stores.ALL, rows::add);

    assertThat(rows, hasSize(1));
    assertThat(rows.get(0).key(), is(new byte[0]));
    assertThat(rows.get(0).accumulator(), is(new byte[0]));
  }

  @Test
  void writeIsAllOrNothing() throws Exception {
    OpenSlice slice = speed();
    StoredRow broken = new StoredRow(1, 0, null, "b", new byte[] {1}, 1);

    UserException problem =
        assertThrows(
            UserException.class, () -> store.write(slice, List.of(row(1, 0, "a", 1), broken)));

    assertThat(problem.getMessage(), containsString("failed: "));
    assertThat(Stores.read(store), empty());
    assertThat(store.rowsWritten(slice.run()), is(0L));
  }

  @Test
  void runWhoseSliceWasTakenOverCanNeitherWriteNorComplete() {
    OpenSlice first = speed();
    store.write(first, List.of(row(1, 0, "a", 1)));
    OpenSlice second = speed();

    UserException writing =
        assertThrows(UserException.class, () -> store.write(first, List.of(row(2, 0, "a", 5))));
    UserException completing = assertThrows(UserException.class, () -> store.complete(first, 7));
    store.write(second, List.of(row(3, 0, "a", 9)));

    for (UserException problem : List.of(writing, completing)) {
      assertThat(
          problem.getMessage(),
          allOf(
              containsString("run " + first.run() + " is fenced and cannot write view \"views\""),
              containsString("run " + second.run() + " took over")));
    }
    assertThat(second.rows(), is(first.rows()));
    assertThat(Stores.read(store), contains("speed 0 a=1", "speed 0 a=9"));
    assertThat(store.live(VIEW).orElseThrow().completeThrough(), is(Long.MIN_VALUE));
  }

  @Test
  void sliceThatWasRemovedCannotBeWritten() throws Exception {
    OpenSlice slice = speed();
    try (Connection other = Stores.plain(file)) {
      Stores.execute(other, "DELETE FROM anabranch_fence");
    }

    UserException problem =
        assertThrows(UserException.class, () -> store.write(slice, List.of(row(1, 0, "a", 1))));

    assertThat(problem.getMessage(), containsString("its slice is closed, or was given up"));
  }

  @Test
  void rowsWrittenAreCountedByRun() {
    OpenSlice first = speed();
    store.write(first, List.of(row(1, 0, "a", 1), row(1, 0, "b", 1)));
    store.write(first, List.of(row(1, 0, "a", 2)));
    OpenSlice second = speed();
    store.write(second, List.of(row(2, 0, "a", 1)));

    assertThat(store.rowsWritten(first.run()), is(3L));
    assertThat(store.rowsWritten(second.run()), is(1L));
    assertThat(store.rowsWritten(99), is(0L));
  }

  @Test
  void laterRunsHaveLargerNumbers() {
    long first = store.beginRun("batch");
    long second = store.beginRun("speed");

    assertThat(first < second, is(true));
  }

  @Test
  void completeNeverGoesBack() {
    OpenSlice slice = speed();

    store.complete(slice, 5);
    store.complete(slice, 3);

    assertThat(store.live(VIEW).orElseThrow().completeThrough(), is(5L));
    assertThat(speed().after(), is(5L));
  }

  @Test
  void lockedStoreGivesOneClearMessageWritesNothingAndWorksAfterRelease() throws Exception {
    OpenSlice slice = speed();
    StoredRow broken = new StoredRow(1, 0, null, "b", new byte[] {1}, 1);
    try (Connection other = Stores.plain(file)) {
      Stores.execute(other, "BEGIN EXCLUSIVE");
      for (int attempt = 0; attempt < 6; attempt++) { // more than there are connections
        UserException problem =
            assertThrows(UserException.class, () -> store.write(slice, List.of(row(1, 0, "a", 1))));

        assertThat(problem.getMessage(), is(Stores.locked(file)));
      }
      assertThat("readers are not locked out", Stores.read(store), empty());
      Stores.execute(other, "ROLLBACK");
    }

    assertThrows(UserException.class, () -> store.write(slice, List.of(row(1, 0, "a", 1), broken)));
    assertThat("all or nothing, also now", Stores.read(store), empty());
    for (int attempt = 1; attempt <= 6; attempt++) {
      store.write(slice, List.of(row(1, 0, "a", attempt, attempt)));
    }
    assertThat(Stores.read(store), contains("speed 0 a=6"));
    assertThat(Stores.number(file, "SELECT COUNT(*) FROM anabranch_row"), is(1L));
  }

  @Test
  void noLockIsKeptBetweenWrites() throws Exception {
    OpenSlice slice = speed();
    store.write(slice, List.of(row(1, 0, "a", 1)));

    try (Connection other = Stores.plain(file)) {
      Stores.execute(other, "PRAGMA busy_timeout = 0", "BEGIN EXCLUSIVE", "ROLLBACK");
    }
  }

  @Test
  void threadsOfOneProcessWaitForEachOtherAndNotForTheTimeout() throws Exception {
    OpenSlice slice = speed();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 8; writer++) {
        int bucket = writer;
        writers.add(
            threads.submit(
                () -> {
                  for (int i = 1; i <= 25; i++) {
                    List<StoredRow> rows = new ArrayList<>();
                    for (int key = 0; key < 200; key++) {
                      rows.add(row(1, bucket, "k" + key, 1, i));
                    }
                    store.write(slice, rows);
                  }
                }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(Stores.read(store), hasSize(8 * 200));
    assertThat(store.rowsWritten(slice.run()), is(8L * 25 * 200));
  }

  @Test
  void processesWaitForEachOther() throws Exception {
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    try (TestStore one = Stores.open(real.resolve("views.db"));
        TestStore other = Stores.open(link.resolve("views.db"))) { // a pool of its own
      OpenSlice shared = one.openStream(one.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
      ExecutorService threads = Executors.newFixedThreadPool(2);
      try {
        List<Future<?>> writers = new ArrayList<>();
        for (TestStore process : List.of(one, other)) {
          writers.add(
              threads.submit(
                  () -> {
                    for (int i = 1; i <= 200; i++) {
                      process.write(shared, List.of(row(1, 0, "a", i, i)));
                    }
                  }));
        }
        for (Future<?> writer : writers) {
          writer.get();
        }
      } finally {
        threads.shutdownNow();
      }

      assertThat(Stores.read(other), contains("speed 0 a=200"));
      assertThat(one.rowsWritten(shared.run()), is(400L));
    }
  }

  private OpenSlice speed() {
    return store.openStream(store.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
  }
}
