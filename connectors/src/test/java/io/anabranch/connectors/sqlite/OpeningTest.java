/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpeningTest {
  private static final String TABLES =
      "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'anabranch%'";

  @TempDir Path folder;

  @Test
  void tablesAreMadeOnFirstUse() throws Exception {
    Path file = folder.resolve("views.db");

    Stores.open(file).close();

    assertThat(
        Stores.number(file, "SELECT MAX(version) FROM anabranch_schema"),
        is((long) io.anabranch.connectors.jdbc.Schema.VERSION));
  }

  @Test
  void whatIsStoredIsThereAfterOpeningAgain() {
    Path file = folder.resolve("views.db");
    try (TestStore store = Stores.open(file)) {
      Stores.batch(store, 3, Stores.row(3, 0, "a", 7));
    }

    try (TestStore store = Stores.open(file)) {
      assertThat(Stores.read(store), contains("batch 0 a=7"));
    }
  }

  @Test
  void missingFolderIsMade() {
    Path file = folder.resolve("new/and deeper/views.db");

    Stores.open(file).close();

    assertThat(Files.isRegularFile(file), is(true));
  }

  @Test
  void folderMayBeASymbolicLink() throws Exception {
    Path link =
        Files.createSymbolicLink(
            folder.resolve("link"), Files.createDirectory(folder.resolve("real")));

    Stores.open(link.resolve("views.db")).close();

    assertThat(Files.isRegularFile(folder.resolve("real/views.db")), is(true));
  }

  @Test
  void twoOpenersAtOnceMakeOneSchema() throws Exception {
    for (int round = 0; round < 10; round++) {
      Path real = Files.createDirectory(folder.resolve("real-" + round));
      Path link = Files.createSymbolicLink(folder.resolve("link-" + round), real);

      List<TestStore> stores =
          atOnce(
              List.of(
                  () -> Stores.open(real.resolve("views.db")),
                  () -> Stores.open(link.resolve("views.db")),
                  () -> Stores.open(real.resolve("views.db")),
                  () -> Stores.open(link.resolve("views.db"))));

      Stores.batch(stores.get(0), 1, Stores.row(1, 0, "a", 1));
      assertThat(Stores.read(stores.get(1)), contains("batch 0 a=1"));
      stores.forEach(TestStore::close);
    }
  }

  @Test
  void closingTwiceLeavesTheOtherUsersOfTheFileAlone() {
    Path file = folder.resolve("views.db");
    TestStore mine = Stores.open(file);
    TestStore others = Stores.open(file);

    mine.close();
    mine.close();

    assertThat(others.beginRun("batch"), is(1L));
    others.close();
  }

  @Test
  void newerSchemaIsRefusedAndLeftAlone() throws Exception {
    Path file = folder.resolve("views.db");
    Stores.open(file).close();
    try (Connection connection = Stores.plain(file)) {
      Stores.execute(connection, "UPDATE anabranch_schema SET version = 12");
    }

    UserException problem = assertThrows(UserException.class, () -> Stores.open(file));

    assertThat(
        problem.getMessage(),
        allOf(
            containsString("schema version 12"),
            containsString("this one knows version 11"),
            containsString("made by a newer release")));
    assertThat(Stores.number(file, "SELECT COUNT(*) FROM anabranch_run"), is(0L));
  }

  @Test
  void storeOfADevelopmentVersionIsRefusedAndLeftAlone() throws Exception {
    Path file = folder.resolve("views.db");
    try (Connection connection = Stores.plain(file)) {
      Stores.execute(
          connection,
          "CREATE TABLE anabranch_schema (version INTEGER NOT NULL)",
          "INSERT INTO anabranch_schema VALUES (6)");
    }

    StoreException problem = assertThrows(StoreException.class, () -> Stores.open(file));

    assertThat(problem.code(), is(StoreException.Code.OLDER_SCHEMA));
    assertThat(
        problem.getMessage(),
        is(
            "the store has schema version 6, of a development version before the first release;"
                + " this one knows version 11"));
    assertThat(Stores.number(file, TABLES), is(1L));
  }

  @Test
  void fileThatIsNoDatabaseIsRefusedAndLeftAlone() throws Exception {
    Path file = Files.writeString(folder.resolve("notes.txt"), "these are my notes\n".repeat(99));

    UserException problem = assertThrows(UserException.class, () -> Stores.open(file));

    assertThat(
        problem.getMessage(),
        allOf(
            startsWith("the store jdbc:sqlite:" + file), containsString("is no SQLite database")));
    assertThat(Files.readString(file), is("these are my notes\n".repeat(99)));
  }

  @Test
  void directoryIsRefused() {
    UserException problem = assertThrows(UserException.class, () -> Stores.open(folder));

    assertThat(problem.getMessage(), is(folder + " is a directory"));
  }

  @Test
  void folderThatIsAFileIsRefused() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    UserException problem =
        assertThrows(UserException.class, () -> Stores.open(file.resolve("views.db")));

    assertThat(problem.getMessage(), startsWith("cannot make the folder of the store, " + file));
  }

  @Test
  void newFileThatIsLockedIsRefusedWithOneClearMessageAndOpensOnceReleased() throws Exception {
    Path file = folder.resolve("views.db");
    try (Connection other = Stores.plain(file)) {
      Stores.execute(other, "CREATE TABLE mine (x)", "BEGIN EXCLUSIVE");

      UserException problem =
          assertThrows(UserException.class, () -> ViewStores.open(Stores.settings(file, "50ms")));

      assertThat(problem.getMessage(), is(Stores.locked(file)));
      Stores.execute(other, "ROLLBACK");
    }
    assertThat(Stores.number(file, TABLES), is(0L));

    ViewStores.open(Stores.settings(file, "50ms")).close();

    assertThat(Stores.number(file, "SELECT COUNT(*) FROM anabranch_schema"), is(1L));
  }

  @Test
  void existsLooksAndMakesNothing() {
    Path file = folder.resolve("new/views.db");

    assertThat(ViewStores.exists(Stores.settings(file, "1s")), is(false));
    assertThat(Files.exists(folder.resolve("new")), is(false));

    Stores.open(file).close();

    assertThat(ViewStores.exists(Stores.settings(file, "1s")), is(true));
  }

  @Test
  void goodSettingsHaveNoProblem() {
    assertThat(problems(Map.of("url", "jdbc:sqlite:data/views.db")), empty());
    assertThat(problems(Map.of("url", "jdbc:sqlite:/tmp/a b#c%20.db", "timeout", "1ms")), empty());
    assertThat(problems(Map.of("url", "jdbc:sqlite:x", "timeout", "10m")), empty());
    assertThat(
        new SqliteStoreProvider().settings().stream().map(Setting::name).toList(),
        contains("timeout"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", ":memory:", "file:x.db", "x.db?mode=ro", "file::memory:", "a\u0000b"})
  void urlThatNamesNoFileIsAProblem(String file) {
    List<String> problems = problems(Map.of("url", "jdbc:sqlite:" + file));

    assertThat(
        problems,
        contains(
            "url is \"jdbc:sqlite:"
                + file
                + "\": name a file, for instance \"jdbc:sqlite:data/views.db\""));
  }

  @Test
  void missingUrlIsAProblem() {
    assertThat(problems(Map.of()), contains(startsWith("url is \"jdbc:sqlite:\"")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "PT-1S", "PT0.0001S", "601s", "999999999999d"})
  void timeoutOutOfRangeIsAProblem(String timeout) {
    List<String> problems = problems(Map.of("url", "jdbc:sqlite:x", "timeout", timeout));

    assertThat(
        problems,
        contains(
            allOf(
                startsWith("timeout is \"" + timeout + "\": "),
                containsString("from 1ms to 10m"))));
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    List<String> problems = problems(Map.of("url", "jdbc:sqlite:", "timeout", "soon"));

    assertThat(
        problems,
        containsInAnyOrder(
            startsWith("url is "), startsWith("timeout is \"soon\": it is not a duration")));
    assertThat(problems, not(empty()));
  }

  private static List<String> problems(Map<String, String> settings) {
    SqliteStoreProvider provider = new SqliteStoreProvider();
    List<SettingProblem> problems =
        new ArrayList<>(Setting.problems(provider.settings(), new Settings(settings)));
    problems.addAll(provider.check(new Settings(settings)));
    return problems.stream().map(SettingProblem::text).toList();
  }

  private static <T> List<T> atOnce(List<Callable<T>> tasks) throws Exception {
    CyclicBarrier start = new CyclicBarrier(tasks.size());
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (Callable<T> task : tasks) {
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return task.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
