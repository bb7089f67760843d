/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.connectors.jdbc.Stores.VIEW;
import static io.anabranch.connectors.jdbc.Stores.ref;
import static io.anabranch.connectors.jdbc.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each epoch holds 1 for each key, in the speed layer from the beginning. Each promotion moves one
 * epoch to the batch layer, so the total never changes.
 */
class ReadDuringPromotionTest {
  private static final int EPOCHS = 60;
  private static final int KEYS = 5;
  private static final long TOTAL = EPOCHS * KEYS;

  @TempDir Path folder;
  private Path file;
  private ViewStore store;

  @BeforeEach
  void fillSpeed() {
    file = folder.resolve("views.db");
    store = Stores.open(file);
    SliceRef speed =
        store.openStreamSlice(store.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
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
    AtomicBoolean promoting = new AtomicBoolean(true);
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
                  } while (promoting.get());
                  sums.add(sum());
                  return sums;
                }));
      }
      reading.await();
      for (int through = 1; through <= EPOCHS; through++) {
        promote(through);
      }
      promoting.set(false);

      for (Future<List<Long>> answer : answers) {
        List<Long> sums = answer.get();
        assertThat("all epochs, each once", sums, everyItem(is(TOTAL)));
        assertThat("reads", sums.size(), greaterThanOrEqualTo(2));
      }
    } finally {
      promoting.set(false);
      threads.shutdownNow();
    }
  }

  @Test
  void statusIsOfOneMoment() throws Exception {
    promote(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> promoter =
          threads.submit(
              () -> {
                for (int through = 2; through <= EPOCHS; through++) {
                  promote(through);
                }
              });
      do {
        ViewStatus status = store.status().get(0);
        long newestVisible =
            status.versions().stream()
                .filter(version -> version.kind().equals("batch"))
                .filter(version -> version.slices().get(0).visible())
                .mapToLong(ViewStatus.Version::version)
                .max()
                .orElseThrow();
        assertThat("the newest batch", status.pointer().base().getAsLong(), is(newestVisible));
      } while (!promoter.isDone());
      promoter.get();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void answerInTwoStatementsWouldCountAnEpochTwice() throws Exception {
    promote(9);

    assertThat("nothing between", sumInTwoStatements(() -> {}), is(TOTAL));
    assertThat("a promotion between", sumInTwoStatements(() -> promote(10)), is(TOTAL + KEYS));
    assertThat("in one statement", sum(), is(TOTAL));
  }

  private long sum() {
    AtomicLong sum = new AtomicLong();
    Optional<?> pointer = store.read(Stores.ALL, live -> sum.addAndGet(Stores.value(live)));
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
                  "SELECT base_through FROM anabranch_pointer WHERE view = ?",
                  VIEW)
              .orElseThrow();
      between.run();
      return Sql.one(
              connection,
              result -> result.getLong(1),
              "SELECT SUM(CASE v.kind WHEN 'batch' THEN r.epoch ELSE 1 END)" // see promote
                  + " FROM anabranch_pointer p"
                  + " JOIN anabranch_slice s ON s.version IN (p.base, p.speed) AND s.visible = 1"
                  + " JOIN anabranch_version v ON v.version = s.version"
                  + " JOIN anabranch_row r ON r.slice = s.slice"
                  + " WHERE p.view = ? AND (s.version = p.base OR r.epoch > ?)",
              VIEW,
              line)
          .orElseThrow();
    }
  }

  /** Moves the epochs through this one to batch: a key's value is the number of the epoch. */
  private void promote(int through) {
    StoredRow[] rows = new StoredRow[KEYS];
    for (int key = 0; key < KEYS; key++) {
      rows[key] = row(through, 0, "k" + key, through);
    }
    Stores.batch(store, through, rows);
  }
}
