/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.cli.Cli.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log that is not what the views were computed from: trimmed, restored, damaged. */
final class ChangedLogCommandsTest {
  private static final int HOURS = 3;

  @TempDir Path folder;
  private Cli cli;

  /** Three hours of one record each, of which the last is not read yet. */
  private void compute(String architecture) {
    cli = new Cli(folder, architecture);
    for (int hour = 0; hour < HOURS - 1; hour++) {
      ingest(hour, "tea", 1 + hour);
      ok("close", "--through", "2015-05-21T0" + (hour + 1) + ":00:00Z");
      ok(run());
    }
    ingest(2, "tea", 30);
    ok("close", "--through", "2015-05-21T03:00:00Z");
  }

  private String[] run() {
    return isLambda()
        ? new String[] {"run", "--layer", "batch"}
        : new String[] {"run", "--until-caught-up"};
  }

  private String[] computeAnew() {
    return isLambda()
        ? new String[] {"run", "--layer", "batch", "--full"}
        : new String[] {"replay", "--until-caught-up", "--auto-promote"};
  }

  private boolean isLambda() {
    try {
      return Files.readString(cli.path("anabranch.yaml")).contains("architecture: lambda");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lambda", "kappa"})
  void smallerVersionOfATrimmedLogIsNotComputed(String architecture) throws Exception {
    compute(architecture);
    removeEpoch(0);

    Result anew = cli.run(computeAnew());
    Result verify = cli.run("verify", "revenue");

    assertThat(anew.code(), is(1));
    assertThat(
        anew.errors(),
        hasItem(
            allOf(
                containsString("epoch [2015-05-21T00:00:00Z, 2015-05-21T01:00:00Z) is gone"),
                containsString("which is live, holds these epochs"),
                containsString(isLambda() ? "without --full" : "--from 2015-05-21T01:00:00Z"))));
    assertThat(verify.errors(), hasItem(containsString("cannot be verified")));
    assertThat(
        ok("status").out(),
        allOf(
            containsString("log begins at 2015-05-21T01:00:00Z"),
            containsString("revenue: the log no longer holds 1 epoch")));
    ok(run());
    assertThat(
        ok("query", "revenue", "--total", "--strict").out(),
        allOf(containsString("33"), containsString("the log no longer holds 1 epoch")));
    assertThat(total(), containsString("\"value\":33,"));
    assertThat(total(), containsString("\"removedFromLog\":[\"epoch [2015-05-21T00:00:00Z"));
  }

  @Test
  void epochInTheMiddleIsMissedToo() throws Exception {
    compute("lambda");
    removeEpoch(1);

    assertThat(
        cli.run(computeAnew()).errors(), hasItem(containsString("epoch [2015-05-21T01:00:00Z")));
    ok(run());
    assertThat(total(), containsString("\"value\":33,"));
    assertThat(
        ok("status").out(),
        allOf(containsString("LOG DAMAGED"), not(containsString("log begins at"))));
  }

  @Test
  void trimmedLogIsReplayedFromItsFirstEpoch() throws Exception {
    compute("kappa");
    ok(run());
    removeEpoch(0);

    ok("replay", "--from", "2015-05-21T01:00:00Z", "--until-caught-up", "--auto-promote");

    assertThat(total(), containsString("\"value\":33,"));
    assertThat(
        "the new version remembers what it shares",
        cli.run("replay", "--until-caught-up", "--auto-promote").errors(),
        hasItem(containsString("is gone")));
  }

  @Test
  void logThatBeganLaterBeforeAnythingWasComputedIsComputed() throws Exception {
    compute("lambda");
    removeEpoch(0);

    ok("run", "--layer", "batch", "--set", "store.url=jdbc:sqlite:" + folder.resolve("new.db"));
  }

  @Test
  void logThatLacksAnEpochInTheMiddleIsNotComputedAtAll() throws Exception {
    compute("lambda");
    removeEpoch(1);

    Result first =
        cli.run(
            "run", "--layer", "batch", "--set", "store.url=jdbc:sqlite:" + folder.resolve("n.db"));

    assertThat(first.errors(), hasItem(containsString("epochs that are to be read")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lambda", "kappa"})
  void otherRecordsAfterARestoreAreNotPassedOver(String architecture) throws Exception {
    cli = new Cli(folder, architecture);
    ingest(0, "tea", 1);
    copy(cli.path("log"), cli.path("backup"));
    ingest(0, "tea", 10);
    ok("close", "--through", "2015-05-21T01:00:00Z");
    ok(run());
    cli.delete("log");
    copy(cli.path("backup"), cli.path("log"));
    ingest(0, "tea", 50);
    ok("close", "--through", "2015-05-21T01:00:00Z");

    Result again = cli.run(run());
    Result strict = cli.run("query", "revenue", "--strict");

    assertThat(
        again.errors(),
        hasItem(
            allOf(
                containsString("was computed from another state of the log"),
                containsString("now it holds others"),
                containsString(isLambda() ? "run --layer batch --full" : "anabranch replay"))));
    assertThat(strict.code(), is(1));
    assertThat(strict.errors(), hasItem(containsString("another state of the log")));
    assertThat(total(), containsString("\"value\":11,"));
    assertThat(total(), containsString("\"changedInLog\""));
    assertThat(ok("status").out(), containsString("COMPUTED FROM ANOTHER STATE OF THE LOG"));

    if (isLambda()) {
      ok(computeAnew());
    } else { // rows differ, so somebody has to say that they may
      ok("replay", "--until-caught-up");
      ok("promote", "--force");
    }

    assertThat(total(), allOf(containsString("\"value\":51,"), not(containsString("InLog"))));
    ok("query", "revenue", "--strict");
  }

  @Test
  void openEpochThatSpeedReadIsRemembered() throws Exception {
    cli = new Cli(folder, "lambda");
    ingest(0, "tea", 1);
    copy(cli.path("log"), cli.path("backup"));
    ingest(0, "tea", 10);
    ok("run", "--layer", "speed", "--until-caught-up");
    cli.delete("log");
    copy(cli.path("backup"), cli.path("log"));
    ingest(0, "tea", 500);

    assertThat(
        cli.run("run", "--layer", "speed", "--until-caught-up").errors(),
        hasItem(containsString("another state of the log")));

    ok("close", "--through", "2015-05-21T01:00:00Z");
    ok("run", "--layer", "batch", "--full");
    ok("run", "--layer", "speed", "--until-caught-up");
    assertThat(total(), containsString("\"value\":501,"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lambda", "kappa"})
  void storeThatIsOlderThanItsLogCatchesUp(String architecture) throws Exception {
    compute(architecture);
    copy(cli.path("views.db"), cli.path("backup.db"));
    ok(run());
    Files.copy(
        cli.path("backup.db"),
        cli.path("views.db"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    ok(run());

    assertThat(total(), containsString("\"value\":33,"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lambda", "kappa"})
  void storeThatIsNewerThanItsLogIsRefused(String architecture) throws Exception {
    compute(architecture);
    copy(cli.path("log"), cli.path("backup"));
    ingest(3, "tea", 400);
    ok("close", "--through", "2015-05-21T04:00:00Z");
    ok(run());
    cli.delete("log");
    copy(cli.path("backup"), cli.path("log"));

    Result again = cli.run(run());

    assertThat(again.code(), is(1));
    assertThat(cli.run("query", "revenue", "--strict").code(), is(1));
    assertThat(total(), containsString("\"value\":433,"));
    ingest(4, "tea", 5000); // other records come, under the numbers of those that were lost
    ok("close", "--through", "2015-05-21T05:00:00Z");
    assertThat(cli.run(run()).errors(), hasItem(containsString("was computed from another state")));
  }

  @Test
  void damagedSegmentIsNamedByWhateverReadsIt() throws Exception {
    compute("lambda");
    Path segment = segments().get(0);
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length - 2] ^= 1;
    Files.write(segment, bytes);

    Result verify = cli.run("verify", "revenue");
    Result anew = cli.run(computeAnew());

    for (Result each : List.of(verify, anew)) {
      assertThat(each.code(), is(1));
      assertThat(
          each.errors(),
          hasItem(allOf(containsString(segment + " is damaged"), not(containsString("bug")))));
    }
    assertThat(total(), containsString("\"value\":3,"));
    ok(run()); // what is new is whole
  }

  @Test
  void segmentThatWasCutOffIsNamedBeforeAnythingIsRead() throws Exception {
    compute("lambda");
    Path segment = segments().get(1);
    Files.write(segment, new byte[0]);

    assertThat(ok("status").out(), containsString(segment + " has 0 bytes"));
    for (Result each : List.of(cli.run(computeAnew()), cli.run("verify", "revenue"))) {
      assertThat(each.errors(), hasItem(containsString(segment + " has 0 bytes")));
    }
    ok(run()); // what is new is whole
    assertThat(total(), containsString("\"value\":33,"));
  }

  @Test
  void lostListOfClosedEpochsIsNoOpenLog() throws Exception {
    compute("lambda");
    Files.delete(cli.path("log").resolve("closed"));

    assertThat(
        cli.run("ingest", cli.path("0.csv").toString()).errors(),
        hasItem(containsString("closed is missing")));

    Files.createFile(cli.path("log").resolve("closed"));
    Result batch = cli.run(run());
    assertThat(
        batch.errors(),
        hasItem(
            allOf(
                containsString("but no epoch of the log is closed"),
                containsString("close --through 2015-05-21T02:00:00Z"),
                not(containsString("-9223372036854775808")))));
    ok("close", "--through", "2015-05-21T03:00:00Z");
    ok(run());
    assertThat(total(), containsString("\"value\":33,"));
  }

  @Test
  void closingFarAheadAsksAndHasAWayOut() {
    compute("lambda");
    Instant ahead = Instant.parse("2099-01-01T00:00:00Z");

    Result asked = cli.run("close", "--through", ahead.toString());
    assertThat(asked.code(), is(2));
    assertThat(asked.errors(), hasItem(containsString("add --force")));
    ok("close", "--through", ahead.toString(), "--force");

    Result live = cli.run("ingest", cli.path("0.csv").toString());
    assertThat(
        live.errors(),
        hasItem(
            allOf(
                containsString("closed through " + ahead),
                containsString("--at " + ahead),
                containsString("--force --through 2099-01-01T01:00:00Z"))));
    ok("ingest", cli.path("0.csv").toString(), "--at", ahead.toString());
    ok("run", "--until-caught-up");
    assertThat(total(), containsString("\"value\":34,"));
    ok("close", "--force", "--through", "2099-01-01T01:00:00Z");
    ok(run());
    assertThat(total(), containsString("\"value\":34,\"batch\":34"));
  }

  private void ingest(int hour, String item, int amount) {
    Path file =
        cli.write(hour + ".csv", "2015-05-21T0%d:10:00Z,ann,%s,%d%n".formatted(hour, item, amount));
    ok("ingest", file.toString(), "--at", "2015-05-21T0" + hour + ":30:00Z");
  }

  private String total() {
    return ok("query", "revenue", "--total", "--format", "json").out();
  }

  private void removeEpoch(int hour) throws IOException {
    cli.delete("log/epochs/2015-05-21T0" + hour + "-00-00Z");
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.walk(cli.path("log").resolve("epochs"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Result ok(String... arguments) {
    Result result = cli.run(arguments);
    assertThat(String.join(" ", arguments) + ": " + result, result.code(), is(0));
    return result;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
