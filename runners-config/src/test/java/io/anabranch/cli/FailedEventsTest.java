/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.cli.Cli.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events on which a step of a view throws: they are set aside, and taken after a fix. */
final class FailedEventsTest {
  private static final List<String> VIEWS = List.of("plain", "tagged", "windowed");

  @TempDir Path folder;

  @BeforeEach
  void breakApplication() {
    MendedApplication.mend(false);
  }

  @ParameterizedTest
  @CsvSource({
    "lambda, direct, run --layer batch",
    "lambda, flink-local, run --layer batch",
    "lambda, direct, run --layer speed --until-caught-up",
    "lambda, flink-local, run --layer speed --until-caught-up",
    "lambda, direct, run --layer batch -- --fuseContributions=false",
    "lambda, direct, run --layer speed --until-caught-up -- --fuseContributions=false",
    "kappa, direct, run --until-caught-up",
    "kappa, flink-local, run --until-caught-up"
  })
  void areSetAsideForTheirViewAndTakenAfterAFix(String architecture, String runner, String command)
      throws IOException {
    Cli cli = cli(architecture, runner);
    ingest(cli, 0, "a\n!plain\n!plain counted\n!tagged\n!tagged counted\n!windowed\n?\n");

    Result run = ok(run(cli, command));

    assertThat(
        run.err(),
        allOf(
            containsString("warning: 1 of the 7 records read could not be decoded"),
            containsString("warning: steps of views threw on 5 events, which are not in their")));
    assertThat(counts(cli), is(List.of(4L, 4L, 5L)));
    assertThat(
        letters(cli),
        contains(
            "segment-1@2 failed plain: step \"Check\": java.lang.IllegalStateException: not checked: !plain",
            "segment-1@9 failed plain: step \"Count\": java.lang.IllegalStateException: not counted: !plain counted",
            "segment-1@24 failed tagged: step \"Check\": java.lang.IllegalStateException: not checked: !tagged",
            "segment-1@32 failed tagged: step \"Count\": java.lang.IllegalStateException: not counted: !tagged counted",
            "segment-1@48 failed windowed: step \"Check\": java.lang.IllegalStateException: not checked: !windowed",
            "segment-1@58 undecodable : no line: ?"));

    MendedApplication.mend(true);
    Result redrive = ok(cli.run("dead-letters", "redrive"));

    assertThat(redrive.out(), containsString("6 dead letters before, 0 now"));
    assertThat(counts(cli), is(List.of(7L, 7L, 7L)));
    assertThat(letters(cli), hasSize(0));
    assertThat(ok(cli.run("dead-letters", "redrive")).err(), containsString("no dead letters"));
    ok(run(cli, command));
    assertThat("nothing counts twice", counts(cli), is(List.of(7L, 7L, 7L)));
    ok(cli.run("verify", "windowed"));
  }

  @ParameterizedTest
  @CsvSource({"lambda, 4", "kappa, 3"})
  void redriveTakesWhatCameMeanwhileToo(String architecture, int read) throws IOException {
    Cli cli = cli(architecture, "direct");
    ingest(cli, 0, "a\n");
    ok(run(cli, "run --until-caught-up"));
    ingest(cli, 1, "!plain\n");
    ok(run(cli, "run --until-caught-up"));
    ingest(cli, 2, "b\n?\n");

    Result redrive = ok(cli.run("dead-letters", "redrive"));

    assertThat(redrive.out(), containsString("1 dead letter before, 2 now"));
    assertThat(
        ok(cli.run("verify", "plain")).out(),
        allOf(
            containsString("no row counts 1 record that could not be decoded"),
            containsString("no row counts 1 record on which a step of the view threw")));
    assertThat("records read", redrive.out(), containsString(read + " records"));
    assertThat(counts(cli).get(0), is(2L));
    MendedApplication.mend(true);
    assertThat(
        ok(cli.run("dead-letters", "redrive")).out(),
        containsString("2 dead letters before, 0 now"));
    assertThat(counts(cli).get(0), is(4L));
  }

  @Test
  void redriveTakesWhatTheLogStillHolds() throws IOException {
    Cli cli = cli("kappa", "direct");
    for (int hour = 0; hour < 2; hour++) {
      ingest(cli, hour, "a\n!plain\n");
      ok(run(cli, "run --until-caught-up"));
    }
    cli.delete("log/epochs/2026-01-01T00-00-00Z");
    MendedApplication.mend(true);

    Result redrive = ok(cli.run("dead-letters", "redrive"));

    assertThat(redrive.out(), containsString("2 dead letters before, 1 now"));
    assertThat("with those of the first hour", counts(cli).get(0), is(3L));
    Result again = cli.run("dead-letters", "redrive");
    assertThat(again.code(), is(1));
    assertThat(
        again.errors(),
        hasItem(
            allOf(
                containsString("no longer holds the records of any dead letter"),
                containsString("anabranch dead-letters discard --all"))));
  }

  @Test
  void aBatchRunThatWasGivenUpLeavesNoDeadLetters() throws IOException {
    Cli cli = cli("lambda", "direct");
    ingest(cli, 0, "a\n");
    ok(cli.run("run", "--layer", "batch"));
    ingest(cli, 1, "!plain\n!tagged\n");
    assertThat(cli.run("run", "--layer", "batch", "--set", "errors.most=1").code(), is(1));
    MendedApplication.mend(true);

    ok(cli.run("run", "--layer", "batch"));

    assertThat(ok(cli.run("status")).out(), containsString("0 dead letters"));
    assertThat(counts(cli).get(0), is(3L));
  }

  @ParameterizedTest
  @CsvSource({
    "lambda, direct, run --layer batch",
    "lambda, direct, run --layer speed --until-caught-up",
    "lambda, flink-local, run --layer speed --until-caught-up",
    "kappa, direct, run --until-caught-up"
  })
  void tooManyEndTheRun(String architecture, String runner, String command) throws IOException {
    Cli cli = cli(architecture, runner);
    ingest(cli, 0, "!plain\n!tagged\n!windowed\n");

    Result most = run(cli, command + " --set errors.most=2");

    assertThat(most.code(), is(1));
    assertThat(
        most.errors(),
        hasItem(
            allOf(
                containsString("steps of views threw on more than 2 events"),
                containsString("\"errors.most\""),
                containsString("step \"Check\""))));
    ok(run(cli, command + " --set errors.most=3"));
    ingest(cli, 1, "!plain\n!tagged\n!windowed\n");
    // Three in this run: windows look back, so those of the first hour are read again.
    ok(run(cli, command + " --set errors.most=3"));
    ingest(cli, 2, "!plain\n!plain\n!tagged\n!tagged\n");
    assertThat(run(cli, command + " --set errors.most=3").code(), is(1));
  }

  @Test
  void discardedOnesAreNoLongerCounted() throws IOException {
    Cli cli = cli("lambda", "direct");
    ingest(cli, 0, "a\n!plain\n!tagged\n?\n");
    ok(cli.run("run", "--layer", "batch"));

    assertThat(cli.run("dead-letters", "discard").code(), is(2));
    assertThat(cli.run("dead-letters", "discard", "--all", "--view", "plain").code(), is(2));
    assertThat(cli.run("dead-letters", "discard", "--kind", "late").code(), is(2));
    assertThat(cli.run("dead-letters", "discard", "--view", "plane").code(), is(1));
    Result discard = ok(cli.run("dead-letters", "discard", "--view", "plain"));

    assertThat(discard.out(), containsString("1 dead letter discarded"));
    assertThat(letters(cli), hasSize(2));
    assertThat(ok(cli.run("status")).out(), containsString("2 dead letters"));
    assertThat(
        ok(cli.run("dead-letters", "list", "--kind", "discarded")).out(),
        containsString("segment-1@2"));
    ok(cli.run("dead-letters", "discard", "--place", "segment-1@9"));
    ok(cli.run("dead-letters", "discard", "--kind", "undecodable"));
    assertThat(ok(cli.run("query", "plain")).err(), not(containsString("dead letter")));
    ok(cli.run("run", "--layer", "batch", "--full")); // another version
    assertThat(letters(cli), hasSize(0));

    MendedApplication.mend(true);
    ok(cli.run("run", "--layer", "batch", "--full"));
    assertThat("what can be taken is", counts(cli), is(List.of(4L, 4L, 4L)));
    assertThat(
        ok(cli.run("dead-letters", "list", "--kind", "discarded")).err(),
        containsString("no dead letters"));
  }

  private Cli cli(String architecture, String runner) throws IOException {
    Cli cli = new Cli(folder, architecture);
    cli.reconfigure("io.anabranch.wiring.Purchases", "io.anabranch.cli.MendedApplication");
    cli.reconfigure("profile: direct", "profile: " + runner);
    return cli;
  }

  private static void ingest(Cli cli, int hour, String text) {
    Path file = cli.write("lines", text);
    ok(cli.run("ingest", file.toString(), "--at", "2026-01-01T0%s:30:00Z".formatted(hour)));
    ok(cli.run("close", "--through", "2026-01-01T0%s:00:00Z".formatted(hour + 1)));
  }

  /** Runs a command, which may have options of Beam. */
  private static Result run(Cli cli, String command) {
    String[] parts = command.split(" -- --", 2);
    return parts.length == 1
        ? cli.run(parts[0].split(" "))
        : cli.run((parts[0] + " --set runner.options." + parts[1]).split(" "));
  }

  /** Returns what each view counts. */
  private static List<Long> counts(Cli cli) {
    return VIEWS.stream()
        .map(view -> ok(cli.run("query", view, "--format", "json")).out())
        .map(row -> Long.valueOf(row.replaceFirst("(?s).*\"value\":([0-9]+).*", "$1")))
        .toList();
  }

  private static List<String> letters(Cli cli) {
    return ok(cli.run("dead-letters", "list", "--format", "json"))
        .out()
        .lines()
        .map(
            line ->
                field(line, "place")
                    + " "
                    + field(line, "kind")
                    + " "
                    + field(line, "view")
                    + ": "
                    + field(line, "error").replace("\\\"", "\""))
        .toList();
  }

  private static String field(String json, String name) {
    return json.matches(".*\"" + name + "\":\"(\\\\.|[^\"])*\".*")
        ? json.replaceFirst(".*\"" + name + "\":\"((?:\\\\.|[^\"\\\\])*)\".*", "$1")
        : "";
  }

  private static Result ok(Result result) {
    assertThat(result.err(), result.code(), is(0));
    return result;
  }
}
