/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.connectors.jdbc.Stores.VIEW;
import static io.anabranch.connectors.jdbc.Stores.ref;
import static io.anabranch.connectors.jdbc.Stores.row;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.Garbage;
import io.anabranch.api.spi.GarbageRules;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LiveState;
import io.anabranch.api.spi.LiveState.LiveSlice;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.ViewStore;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stores that were made by the first version of the schema. */
class MigrationTest {
  private static final String SCHEMA = "SELECT MAX(version) FROM anabranch_schema";

  @TempDir Path folder;

  @Test
  void storeIsBroughtUpToDateAndAnswersAsBefore() throws Exception {
    Path file = storeOfVersion1(folder.resolve("views.db"));
    List<String> before = ReadTest.liveView(file, VIEW);
    assertThat(before, contains("batch 0 a=1", "speed 0 a=4"));

    try (ViewStore store = Stores.open(file)) {
      assertThat(Stores.number(file, SCHEMA), is(6L));
      assertThat(Stores.read(store), is(before));
      assertThat(ReadTest.liveView(file, VIEW), is(before));
      LiveState state = store.read(Stores.ALL, row -> {}).orElseThrow();
      LivePointer pointer = state.pointer();
      assertThat(pointer.base(), is(OptionalLong.of(1)));
      assertThat(pointer.baseThrough(), is(5L));
      assertThat(pointer.speed(), is(OptionalLong.of(2)));
      assertThat(pointer.completeThrough(), is(6L));
      assertThat(state.log(), is(Optional.empty()));
      assertThat(
          Stores.withoutRuns(state.slices()),
          containsInAnyOrder(
              new LiveSlice(
                  false,
                  new EpochRange(Epochs.NONE, 5),
                  5,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()),
              new LiveSlice(
                  true,
                  new EpochRange(Epochs.NONE, Long.MAX_VALUE),
                  6,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty())));
      assertThat(
          Stores.catalog(store),
          contains(
              "live batch (.., 5] shown, 1 rows",
              "live speed (.., ..) shown, 2 rows",
              "batch (.., 7] hidden, 1 rows"));
    }
  }

  @Test
  void workGoesOnInAStoreThatWasBroughtUpToDate() throws Exception {
    Path file = storeOfVersion1(folder.resolve("views.db"));

    try (ViewStore store = Stores.open(file)) {
      SliceRef speed = new SliceRef(VIEW, 2, 2, 2, 5);
      store.write(speed, List.of(row(7, 0, "a", 8)));
      store.complete(speed, 7);
      assertThat("a run of then goes on", Stores.speed(store).after(), is(7L));
      store.heartbeat(1, "log-a", new LogEnd("", 6, 1, 7));
      SliceRef next = Stores.next(store, 5, 6, row(6, 0, "a", 16));
      List<Long> slices = List.of(1L, next.slice());
      store.replace(Stores.fold(store, 6, slices), slices);

      assertThat(Stores.read(store), contains("batch 0 a=17", "speed 0 a=8"));
    }
  }

  @Test
  void sliceThatWasOpenedBeforeIsNotPromotedAfter() throws Exception {
    Path file = storeOfVersion1(folder.resolve("views.db"));

    try (ViewStore store = Stores.open(file)) {
      SliceRef opened = new SliceRef(VIEW, 3, 3, 3, Epochs.NONE);

      UserException problem =
          assertThrows(UserException.class, () -> store.promote(List.of(opened)));

      assertThat(problem.getMessage(), containsString("Run batch again if it is needed"));
      assertThat(Stores.read(store), contains("batch 0 a=1", "speed 0 a=4"));
    }
  }

  @Test
  void whatDeadRunsOfThenLeftIsGarbage() throws Exception {
    Path file = storeOfVersion1(folder.resolve("views.db"));

    try (ViewStore store = Stores.open(file)) {
      Garbage garbage =
          store.collectGarbage(new GarbageRules(Duration.ZERO, Duration.ofDays(1), false));

      assertThat("a hidden slice, and an absorbed row", garbage, is(new Garbage(1, 1, 2)));
      assertThat(Stores.read(store), contains("batch 0 a=1", "speed 0 a=4"));
    }
  }

  @Test
  @Timeout(30)
  void processThatWaitedWhileAnotherBroughtItUpToDateFindsItDone() throws Exception {
    Path file = storeOfVersion1(folder.resolve("views.db"));
    FutureTask<List<String>> slower =
        new FutureTask<>(
            () -> {
              try (ViewStore store = Stores.open(file)) {
                return Stores.read(store);
              }
            });
    Thread thread = new Thread(slower);
    try (Connection faster = Stores.plain(file);
        Statement statement = faster.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      thread.start();
      while (!isWaitingToWrite(thread)) { // it has seen version 1
        Thread.onSpinWait();
      }

      statement.executeUpdate(script(2));
      statement.execute("COMMIT");
    }

    assertThat(slower.get(), contains("batch 0 a=1", "speed 0 a=4"));
    assertThat(Stores.number(file, SCHEMA), is(6L));
  }

  private static boolean isWaitingToWrite(Thread thread) {
    return Stream.of(thread.getStackTrace())
        .anyMatch(
            frame ->
                frame.getClassName().equals(Database.class.getName())
                    && frame.getMethodName().equals("write"));
  }

  @Test
  void twoProcessesAtOnceBringItUpToDateOnce() throws Exception {
    for (int round = 0; round < 5; round++) {
      Path real = Files.createDirectory(folder.resolve("real-" + round));
      Path link = Files.createSymbolicLink(folder.resolve("link-" + round), real);
      storeOfVersion1(real.resolve("views.db"));
      CyclicBarrier start = new CyclicBarrier(2);
      ExecutorService threads = Executors.newFixedThreadPool(2);
      try {
        List<Future<List<String>>> answers =
            List.of(real, link).stream() // two pools, as of two processes
                .map(
                    path ->
                        threads.submit(
                            () -> {
                              start.await();
                              try (ViewStore store = Stores.open(path.resolve("views.db"))) {
                                return Stores.read(store);
                              }
                            }))
                .toList();

        for (Future<List<String>> answer : answers) {
          assertThat(answer.get(), contains("batch 0 a=1", "speed 0 a=4"));
        }
      } finally {
        threads.shutdownNow();
      }
      assertThat(Stores.number(real.resolve("views.db"), SCHEMA), is(6L));
    }
  }

  private static String script(int version) throws Exception {
    try (InputStream in = Schema.class.getResourceAsStream("schema-" + version + ".sql")) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /** What the first version of the product left: batch, speed, and a batch run on its way. */
  private static Path storeOfVersion1(Path file) throws Exception {
    String version = ", '" + ref(VIEW, 1).fingerprint() + "', 'log-a', 3600000, 0)";
    String number = ", x'000000000000000";
    try (Connection connection = Stores.plain(file);
        Statement statement = connection.createStatement()) {
      Stores.execute(connection, "PRAGMA journal_mode = WAL");
      statement.executeUpdate(script(1)); // all of its statements
      Stores.execute(
          connection,
          "INSERT INTO anabranch_run VALUES (1, 'batch', 0, 1), (2, 'speed', 0, 2),"
              + " (3, 'batch', 0, 1)",
          "INSERT INTO anabranch_version VALUES (1, 'views', 'batch'" + version,
          "INSERT INTO anabranch_version VALUES (2, 'views', 'speed'" + version,
          "INSERT INTO anabranch_version VALUES (3, 'views', 'batch'" + version,
          "INSERT INTO anabranch_slice VALUES (1, 1, -9223372036854775808, 5, 1, 1, 5, NULL)",
          "INSERT INTO anabranch_slice VALUES (2, 2, -9223372036854775808, 9223372036854775807,"
              + " 2, 1, 6, NULL)",
          "INSERT INTO anabranch_slice VALUES (3, 3, -9223372036854775808, 7, 3, 0,"
              + " -9223372036854775808, 1)",
          "INSERT INTO anabranch_pointer VALUES ('views', 2, 'LAMBDA', 1, 5, 2)",
          "INSERT INTO anabranch_row VALUES (1, 0, x'61', 5, 'a'" + number + "1', 1)",
          "INSERT INTO anabranch_row VALUES (2, 0, x'61', 5, 'a'" + number + "2', 1)",
          "INSERT INTO anabranch_row VALUES (2, 0, x'61', 6, 'a'" + number + "4', 1)",
          "INSERT INTO anabranch_row VALUES (3, 0, x'61', 7, 'a'" + number + "9', 1)");
    }
    return file;
  }
}
