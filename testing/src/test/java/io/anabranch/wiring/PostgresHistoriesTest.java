/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;

import io.anabranch.runners.RunnerProfile;
import io.anabranch.testing.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories with PostgreSQL as the store: of Lambda and Kappa beside each other, with steps
 * that throw, and of one store that moves between them. After every step answers and SQL views
 * equal a plain fold. Each history has databases of its own.
 */
final class PostgresHistoriesTest {
  private static final RunnerProfile DIRECT =
      RunnerProfile.of("direct", Map.of("targetParallelism", "2"));
  private static final int STEPS = 12;

  private static PostgresServer server;

  @TempDir Path folder;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void everyAnswerEqualsThePlainFold() throws Exception {
    histories(2);
  }

  @Test
  @Tag("night")
  void everyAnswerEqualsThePlainFoldAllNight() throws Exception {
    histories(300);
  }

  private void histories(int ofEach) throws Exception {
    List<Callable<String>> histories = new ArrayList<>();
    LongStream.rangeClosed(9_001, 9_000 + ofEach)
        .forEach(
            seed -> {
              histories.add(() -> failure(new History(seed, true, Purchases.ALL)));
              histories.add(() -> failure(History.withRefused(seed)));
              histories.add(() -> failure(new LifeCycleHistory(seed, Purchases.ALL)));
            });
    List<String> failures = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Future<String> history : threads.invokeAll(histories)) {
        if (!history.get().isEmpty()) {
          failures.add(history.get());
        }
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(failures, empty());
  }

  private String failure(History history) throws IOException {
    Path place = newFolder();
    return failure(stores -> history.run(place, STEPS, DIRECT, stores), history::scenario);
  }

  private String failure(LifeCycleHistory history) throws IOException {
    Path place = newFolder();
    return failure(stores -> history.run(place, STEPS, DIRECT, stores), history::scenario);
  }

  /** Returns what went wrong, empty if nothing did. */
  private static String failure(Consumer<Databases> history, Supplier<String> scenario) {
    List<String> urls = new ArrayList<>();
    try {
      history.accept(
          (folder, name) -> {
            urls.add(server.newDatabase());
            return urls.get(urls.size() - 1);
          });
      return "";
    } catch (AssertionError | RuntimeException e) {
      return scenario.get() + ": " + e;
    } finally {
      urls.forEach(PostgresHistoriesTest::drop);
    }
  }

  private static void drop(String url) {
    String name = url.replaceFirst("[?].*", "").replaceFirst(".*/", "");
    server.execute("DROP DATABASE %s WITH (FORCE)".formatted(name));
  }

  private Path newFolder() throws IOException {
    return Files.createTempDirectory(folder, "history");
  }
}
