/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.catalog.ViewStatus;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionKind;
import io.anabranch.connectors.jdbc.Sql;
import io.anabranch.contracts.store.TestStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each epoch holds 1 for each key, in the speed layer from the beginning. Each promotion moves one
 * epoch to the batch layer, and what else happens changes no answer, so the total never changes.
 */
class ReadDuringPromotionTest {
  private static final int EPOCHS = 60;
  private static final int KEYS = 5;
  private static final long TOTAL = EPOCHS * KEYS;
  private static final long LAST = EPOCHS;
  private static final GarbageRules AT_ONCE =
      new GarbageRules(Duration.ZERO, Duration.ofDays(1), false);

  @TempDir Path folder;
  private Path file;
  private TestStore store;

  @BeforeEach
  void fillSpeed() {
    file = folder.resolve("views.db");
    store = Stores.open(file);
    OpenSlice speed = store.openStream(store.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
    List<StoredRow> rows = new ArrayList<>();
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      for (int key = 0; key < KEYS; key++) {
        rows.add(row(epoch, 0, "k" + key, 1));
      }
    }
    store.write(speed, rows);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void everyAnswerIsOfOneMoment() throws Exception {
    int readers = 3;
    AtomicBoolean working = new AtomicBoolean(true);
    CountDownLatch reading = new CountDownLatch(readers);
    ExecutorService threads = Executors.newFixedThreadPool(readers);
    try {
      List<Future<List<Long>>> answers = new ArrayList<>();
      for (int reader = 0; reader < readers; reader++) {
        answers.add(
            threads.submit(
                () -> {
                  List<Long> sums = new ArrayList<>();
                  do {
                    sums.add(sum());
                    reading.countDown();
                  } while (working.get());
                  sums.add(sum());
                  return sums;
                }));
      }
      reading.await();
      work(() -> {}, () -> {});
      working.set(false);

      for (Future<List<Long>> answer : answers) {
        List<Long> sums = answer.get();
        assertAllOfOneMoment(sums);
        assertThat("reads", sums.size(), greaterThanOrEqualTo(2));
      }
    } finally {
      working.set(false);
      threads.shutdownNow();
    }
    assertThat("all is in batch", store.live(VIEW).orElseThrow().batchThrough(), is(LAST));
    assertThat("and nothing else is left", Stores.catalog(store).size(), is(2));
  }

  /** The test of the test: one who reads the line and then the rows sees what is not true. */
  @Test
  void readerInTwoStatementsIsFoundOut() throws Exception {
    CyclicBarrier turn = new CyclicBarrier(2); // of the reader and the worker
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<List<Long>> answers =
          threads.submit(
              () -> {
                List<Long> sums = new ArrayList<>();
                for (int promotion = 1; promotion <= EPOCHS; promotion++) {
                  sums.add(
                      sumInTwoStatements(
                          () -> {
                            await(turn); // the line is read
                            await(turn); // a slice was promoted
                          }));
                  await(turn); // the rows are read
                }
                return sums;
              });

      work(
          () -> await(turn),
          () -> {
            await(turn);
            await(turn);
          });

      List<Long> sums = answers.get();
      AssertionError found = assertThrows(AssertionError.class, () -> assertAllOfOneMoment(sums));
      assertThat(found.getMessage(), containsString("all epochs, each once"));
      assertThat(
          "one epoch is in both layers, but for the first, when there was no batch version",
          sums.subList(1, sums.size()),
          everyItem(is(TOTAL + KEYS)));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void answerStaysOfItsMomentWhateverHappensWhileItIsRead() {
    promoteAll(1);
    next(2);
    AtomicBoolean first = new AtomicBoolean(true);
    AtomicLong sum = new AtomicLong();

    store.read(
        VIEW,
        Stores.ALL,
        live -> {
          if (first.getAndSet(false)) {
            next(3);
            foldAll();
            promoteAll(4);
            store.dropSuperseded(VIEW);
            store.collectGarbage(AT_ONCE);
          }
          sum.addAndGet(Stores.value(live));
        });

    assertThat(sum.get(), is(TOTAL));
    assertThat("and then", sum(), is(TOTAL));
    assertThat(Stores.catalog(store).size(), is(2));
  }

  @Test
  void statusIsOfOneMoment() throws Exception {
    promoteAll(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> promoter =
          threads.submit(
              () -> {
                for (int through = 2; through <= EPOCHS; through++) {
                  promoteAll(through);
                }
              });
      do {
        ViewStatus status = store.status().get(0);
        long newestVisible =
            status.state().catalog().versions().stream()
                .filter(version -> version.kind() == VersionKind.BATCH)
                .filter(version -> version.slices().get(0).isShown())
                .mapToLong(Version::id)
                .max()
                .orElseThrow();
        assertThat("the newest batch", status.state().base().getAsLong(), is(newestVisible));
      } while (!promoter.isDone());
      promoter.get();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void answerInTwoStatementsWouldCountAnEpochTwice() throws Exception {
    promoteAll(9);

    assertThat("nothing between", sumInTwoStatements(() -> {}), is(TOTAL));
    assertThat("a promotion between", sumInTwoStatements(() -> promoteAll(10)), is(TOTAL + KEYS));
    assertThat("in one statement", sum(), is(TOTAL));
  }

  private long sum() {
    AtomicLong sum = new AtomicLong();
    Optional<?> pointer = store.read(VIEW, Stores.ALL, live -> sum.addAndGet(Stores.value(live)));
    assertThat(pointer.isPresent(), is(true));
    return sum.get();
  }

  /** As {@link #sum}, but it reads the line first, and then the rows. */
  private long sumInTwoStatements(Runnable between) throws Exception {
    try (Connection connection = Stores.plain(file)) {
      long line =
          Sql.one(
                  connection,
                  result -> result.getLong(1),
                  "SELECT after_epoch FROM anabranch_live_slice WHERE view = ? AND speed = 1",
                  VIEW)
              .orElseThrow();
      between.run();
      return Sql.list(
              connection,
              result -> ByteBuffer.wrap(result.getBytes(1)).getLong(),
              "SELECT r.accumulator FROM anabranch_live_slice l"
                  + " JOIN anabranch_row r ON r.slice = l.slice"
                  + " WHERE l.view = ? AND (l.speed = 0 OR r.epoch > ?)",
              VIEW,
              line)
          .stream()
          .mapToLong(Long::longValue)
          .sum();
    }
  }

  /**
   * Moves all epochs to batch, one promotion each: most continue the version, some make a new one.
   * Every few of them the slices are folded, and the live version no more is removed.
   */
  private void work(Runnable beforePromotion, Runnable afterPromotion) {
    for (int through = 1; through <= EPOCHS; through++) {
      beforePromotion.run();
      if (through % 20 == 1) {
        promoteAll(through);
      } else {
        next(through);
      }
      afterPromotion.run();
      switch (through % 5) {
        case 0 -> foldAll();
        case 2, 4 -> store.dropSuperseded(VIEW);
        case 3 -> store.collectGarbage(AT_ONCE);
        default -> {}
      }
    }
    foldAll();
    store.collectGarbage(AT_ONCE);
  }

  /** Moves the epochs through this one to a new version: a key's value is their number. */
  private void promoteAll(int through) {
    Stores.batch(store, through, rows(through, through));
  }

  /** Moves one epoch to the live version. */
  private void next(int through) {
    Stores.next(store, through - 1, through, rows(through, 1));
  }

  private static StoredRow[] rows(int epoch, long value) {
    StoredRow[] rows = new StoredRow[KEYS];
    for (int key = 0; key < KEYS; key++) {
      rows[key] = row(epoch, 0, "k" + key, value);
    }
    return rows;
  }

  private void foldAll() {
    List<Long> slices = Stores.liveSlices(store, VIEW);
    if (slices.size() > 1) {
      long through = store.live(VIEW).orElseThrow().batchThrough();
      store.compact(Stores.fold(store, through, slices));
    }
  }

  private static void assertAllOfOneMoment(List<Long> sums) {
    assertThat("all epochs, each once", sums, everyItem(is(TOTAL)));
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(30, SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }
}
