/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.EventLogProvider;
import io.anabranch.contracts.TestClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesLogProviderTest {
  @TempDir Path folder;
  private final FilesLogProvider provider = new FilesLogProvider();

  @Test
  void isFoundAsService() {
    assertThat(
        ServiceLoader.load(EventLogProvider.class).stream()
            .filter(found -> found.type().equals(FilesLogProvider.class))
            .count(),
        equalTo(1L));
    assertThat(provider.kind(), equalTo("files"));
  }

  @Test
  void defaultsAreOneHourTenSecondsAndOneMebibyte() {
    Settings settings = new Settings(Map.of("path", "p"));

    assertThat(provider.check(settings), empty());
    assertThat(LogSettings.of(settings).grace(), equalTo(Duration.ofSeconds(10)));
    assertThat(LogSettings.of(settings).maxRecord(), equalTo(1_048_576));
    assertThat(open(folder.resolve("log"), Map.of()).epochs().length(), equalTo(Logs.HOUR));
  }

  @Test
  void everySettingIsMapped() {
    LogSettings settings =
        LogSettings.of(
            new Settings(Map.of("path", "p", "epoch", "5m", "grace", "0s", "maxRecord", "64KiB")));

    assertThat(settings.path(), equalTo(Path.of("p")));
    assertThat(settings.epoch().orElseThrow(), equalTo(Duration.ofMinutes(5)));
    assertThat(settings.grace(), equalTo(Duration.ZERO));
    assertThat(settings.maxRecord(), equalTo(65_536));
  }

  @Test
  void checkFindsAllProblemsAndTouchesNothing() {
    assertThat(
        problems(Map.of("epoch", "500ms", "grace", "soon")),
        contains(startsWith("path "), startsWith("epoch "), startsWith("grace ")));
    assertThat(
        problems(Map.of("path", "a\0b", "epoch", "999999999999d")),
        contains(startsWith("path "), startsWith("epoch ")));
    assertThat(problems(Map.of("path", "p", "grace", "PT-1S")), contains(containsString("0s")));
    for (String bytes : new String[] {"1023B", "257MiB", "1000000", "1MB", "999999999999GiB"}) {
      assertThat(
          problems(Map.of("path", "p", "maxRecord", bytes)),
          contains(startsWith("maxRecord is \"" + bytes + "\": ")));
    }
    assertThat(problems(Map.of("path", "p", "maxRecord", "256MiB")), empty());
    assertThat(problems(Map.of("path", folder.resolve("new").toString())), empty());
    assertThat(Files.exists(folder.resolve("new")), is(false));
  }

  private List<String> problems(Map<String, String> settings) {
    return Setting.problems(provider.settings(), new Settings(settings)).stream()
        .map(SettingProblem::text)
        .toList();
  }

  @Test
  void openRefusesWhatCheckFinds() {
    UserException problem =
        assertThrows(UserException.class, () -> provider.open(new Settings(Map.of("grace", "x"))));

    assertThat(
        problem.getMessage(), allOf(containsString("log.path "), containsString("log.grace ")));
  }

  @Test
  void logKeepsItsIdentity() {
    Path path = folder.resolve("deep/below/log");

    String id = open(path, Map.of()).id();

    assertThat(UUID.fromString(id).toString(), equalTo(id));
    assertThat(open(path, Map.of()).id(), equalTo(id));
    assertThat(open(folder.resolve("other"), Map.of()).id(), not(equalTo(id)));
  }

  @Test
  void epochOfTheLogIsTakenWhereNoneIsConfigured() {
    open(folder, Map.of("epoch", "5m"));

    assertThat(open(folder, Map.of()).epochs().length(), equalTo(Duration.ofMinutes(5)));
  }

  @Test
  void otherEpochThanThatOfTheLogIsRefused() {
    open(folder, Map.of("epoch", "5m"));

    assertThat(
        problem(folder, Map.of("epoch", "1h")),
        allOf(containsString("made with epochs of PT5M"), containsString("PT1H is configured")));
  }

  @Test
  void newerFormatIsRefused() throws Exception {
    open(folder, Map.of());
    Path file = folder.resolve("log.json");
    Files.writeString(file, Files.readString(file).replace("\"format\":2", "\"format\":3"));

    assertThat(problem(folder, Map.of()), containsString("format 3"));
  }

  @Test
  void damagedDescriptionIsRefused() throws Exception {
    open(folder, Map.of());

    for (String damaged :
        new String[] {
          "", "{", "{\"format\":2}", "[]", "{\"format\":2,\"id\":\"x\",\"epoch\":\"1\"}"
        }) {
      Files.writeString(folder.resolve("log.json"), damaged);
      assertThat(damaged, problem(folder, Map.of()), containsString("log.json"));
    }
  }

  @Test
  void damagedClosedFileIsRefused() throws Exception {
    EventLog log = open(folder, Map.of());
    Path closed = folder.resolve("closed");
    for (String damaged : new String[] {"soon\n", "{}\n", "12\n", "{\"closedThrough\":\"x\"}\n"}) {
      Files.writeString(closed, damaged);
      assertThat(
          damaged,
          assertThrows(UserException.class, log::end).getMessage(),
          containsString(closed + " is damaged"));
    }
  }

  @Test
  void lostClosedFileIsRefused() throws Exception {
    EventLog log = open(folder, Map.of());
    Files.delete(folder.resolve("closed"));

    assertThat(
        assertThrows(UserException.class, log::end).getMessage(),
        containsString("closed is missing"));
    assertThat(
        assertThrows(UserException.class, () -> Logs.live((FilesLog) log, "a\n")).getMessage(),
        containsString("closed is missing"));
  }

  @Test
  void pathThatIsOrLiesBelowAFileIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "text");

    assertThat(problem(file, Map.of()), startsWith("no log can be opened in " + file));
    assertThat(
        problem(file.resolve("log"), Map.of()), startsWith("no log can be opened in " + file));
    assertThat(Files.readString(file), equalTo("text"));
  }

  @Test
  void folderOfSomethingElseIsLeftAlone() throws Exception {
    Files.writeString(folder.resolve("thesis.tex"), "text");

    assertThat(problem(folder, Map.of()), containsString("thesis.tex"));
    assertThat(Logs.files(folder), contains("thesis.tex"));
  }

  @Test
  void logWithoutItsDescriptionIsNotTakenForANewOne() throws Exception {
    TestClock clock = new TestClock("2026-01-01T10:30:00Z");
    Logs.live(Logs.open(folder, clock), "a\n");
    Files.delete(folder.resolve("log.json"));

    assertThat(problem(folder, Map.of()), containsString("has no file log.json"));
  }

  @Test
  void creationThatCrashedIsFinished() throws Exception {
    Files.createDirectories(folder.resolve("staging"));
    Files.createFile(folder.resolve("lock"));

    assertThat(open(folder, Map.of()).end().isEmpty(), is(true));
  }

  @Test
  void oldStagingFilesAreRemovedOnOpen() throws Exception {
    open(folder, Map.of());
    Path old = Files.writeString(folder.resolve("staging/old"), "x");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
    Files.writeString(folder.resolve("staging/young"), "x");

    open(folder, Map.of());

    assertThat(Logs.files(folder), contains("closed", "lock", "log.json", "staging/young"));
  }

  @Test
  void problemsOfTheFileSystemAreSaidInWords() {
    assertThat(
        io.anabranch.connectors.input.Problems.describe(
            new java.nio.file.AccessDeniedException("/x")),
        equalTo("no permission for /x"));
    assertThat(
        io.anabranch.connectors.input.Problems.describe(
            new java.nio.file.NoSuchFileException("/x")),
        equalTo("/x does not exist"));
    assertThat(
        new UserException("a"), anyOf(instanceOf(RuntimeException.class), instanceOf(Error.class)));
  }

  private EventLog open(Path path, Map<String, String> more) {
    Map<String, String> all = new java.util.HashMap<>(more);
    all.put("path", path.toString());
    return provider.open(new Settings(all));
  }

  private String problem(Path path, Map<String, String> more) {
    return assertThrows(UserException.class, () -> open(path, more)).getMessage();
  }
}
