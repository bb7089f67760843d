/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import io.anabranch.cli.Cli.Result;
import io.anabranch.cli.command.RootCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CommandsTest {
  private static final String FIRST_HOUR =
      """
      2015-05-21T00:10:00Z,ann,tea,3
      2015-05-21T00:11:00Z,bob,tea,4
      2015-02-20T00:10:00Z,ann,"pot",9
      broken
      """;
  private static final String SECOND_HOUR =
      """
      2015-05-21T00:12:00Z,cid,tea,10
      2015-05-21T01:12:00Z,cid,cup,1
      """;

  @TempDir Path folder;

  @Test
  void lambdaMergesBatchAndSpeedAndSaysWhereFrom() {
    Cli cli = afterABatchOfTheFirstHour();
    ingest(cli, SECOND_HOUR, "2015-05-21T01:30:00Z");
    ok(cli.run("run", "--layer", "speed", "--until-caught-up"));

    Result json = ok(cli.run("query", "revenue", "--format", "json"));

    assertThat(
        withoutTimes(json.out()).lines().toList(),
        is(
            List.of(
                "{\"view\":\"revenue\",\"key\":\"\\\"pot\\\"\",\"bucket\":\"2015-02-20T00:10:00Z\","
                    + "\"value\":9,\"batch\":9}",
                "{\"view\":\"revenue\",\"key\":\"tea\",\"bucket\":\"2015-05-21T00:10:00Z\","
                    + "\"value\":17,\"batch\":7,\"speed\":10}",
                "{\"view\":\"revenue\",\"key\":\"cup\",\"bucket\":\"2015-05-21T01:10:00Z\","
                    + "\"value\":1,\"speed\":1}",
                "{\"answer\":{\"view\":\"revenue\",\"architecture\":\"lambda\",\"batchVersion\":1,"
                    + "\"speedVersion\":4,"
                    + "\"batchThrough\":{\"epoch\":397824,\"time\":\"2015-05-21T01:00:00Z\"},"
                    + "\"speedThrough\":{\"epoch\":397824,\"time\":\"2015-05-21T01:00:00Z\"},"
                    + "\"gaps\":[],\"deadLetters\":1,\"lateEvents\":0}}")));
  }

  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // Flink looks for a master for ever
  void speedThatHasNothingLeftToReadStartsNoPipeline() {
    Cli cli = afterABatchOfTheFirstHour();

    Result speed =
        ok(
            cli.run(
                "run",
                "--layer",
                "speed",
                "--until-caught-up",
                "--set",
                "runner.profile=flink-local",
                "--set",
                "runner.options.flinkMaster=127.0.0.1:1")); // where nobody listens

    assertThat(speed.out(), containsString("speed run 2 is done: "));
    assertThat(ok(cli.run("status")).out(), containsString("revenue is 0 closed epochs behind"));
    assertThat(
        ok(cli.run("query", "revenue", "--strict", "--format", "csv")).out(),
        containsString("revenue,tea,2015-05-21T00:10:00Z,7,7,"));
  }

  @Test
  void statusAndAnswersSayThatNothingIsCompleteYet() {
    Cli cli = new Cli(folder, "lambda");
    ingest(cli, FIRST_HOUR, "2015-05-21T00:30:00Z");
    ok(cli.run("run", "--layer", "speed", "--until-caught-up"));

    assertThat(
        ok(cli.run("status")).out(),
        matchesPattern("(?s).*the beginning +the end +nothing +2\\n.*"));
    assertThat(
        ok(cli.run("query", "revenue")).out(), containsString("; speed from the beginning; "));
  }

  @Test
  void closeWarnsOfATimeWithinAnEpoch() {
    Cli cli = new Cli(folder, "lambda");
    ingest(cli, FIRST_HOUR, "2015-05-21T00:30:00Z");

    Result close = ok(cli.run("close", "--through", "2015-05-21T00:30:00Z"));

    assertThat(close.out(), containsString("closed through 2015-05-21T00:00:00Z"));
    assertThat(close.err(), containsString("which stays open; --through 2015-05-21T01:00:00Z"));
    assertThat(
        ok(cli.run("close", "--through", "2015-05-21T01:00:00Z")).err(),
        not(containsString("warning")));
  }

  @Test
  void queryTakesKeysRangesTotalsAndTop() {
    Cli cli = new Cli(folder, "kappa");
    ingest(cli, FIRST_HOUR, "2015-05-21T00:30:00Z");
    ingest(cli, SECOND_HOUR, "2015-05-21T01:30:00Z");
    ok(cli.run("run", "--until-caught-up"));

    Result total = ok(cli.run("query", "revenue", "--total", "--top", "2", "--format", "csv"));
    Result key = ok(cli.run("query", "revenue", "--key", "\"pot\"", "--format", "csv"));
    Result range =
        ok(
            cli.run(
                "query",
                "revenue",
                "--from",
                "2015-05-21T01:00:00Z",
                "--to",
                "2015-05-21T02:00:00Z",
                "--format",
                "csv"));

    assertThat(
        total.out(),
        is(
            "view,key,bucket,value,batch,speed\r\n"
                + "revenue,tea,,17,17,\r\n"
                + "revenue,\"\"\"pot\"\"\",,9,9,\r\n"));
    assertThat(
        key.out(),
        is(
            "view,key,bucket,value,batch,speed\r\n"
                + "revenue,\"\"\"pot\"\"\",2015-02-20T00:10:00Z,9,9,\r\n"));
    assertThat(
        range.out(),
        is("view,key,bucket,value,batch,speed\r\n" + "revenue,cup,2015-05-21T01:10:00Z,1,1,\r\n"));
  }

  @Test
  void verifyComparesKappaWithTheLogAsWell() {
    Cli cli = new Cli(folder, "kappa");
    ingest(cli, FIRST_HOUR, "2015-05-21T00:30:00Z");
    ok(cli.run("run", "--until-caught-up"));
    Result open = cli.run("verify", "revenue");
    ok(cli.run("close", "--through", "2015-05-21T01:00:00Z"));
    ok(cli.run("run", "--until-caught-up"));

    Result closed = ok(cli.run("verify", "revenue"));

    assertThat(open.code(), is(1));
    assertThat(open.err(), containsString("has no closed epoch that is complete yet"));
    assertThat(closed.out(), containsString("revenue: 2 rows of 4 records"));
    assertThat(closed.out(), containsString("the live rows equal the log"));
  }

  @Test
  void tableIsAlignedAndEndsWithWhereItComesFrom() {
    Cli cli = new Cli(folder, "kappa");
    ingest(cli, FIRST_HOUR, "2015-05-21T00:30:00Z");
    ok(cli.run("run", "--until-caught-up"));

    Result table = ok(cli.run("query", "revenue", "--total"));

    assertThat(
        withoutTimes(table.out()),
        is(
            """
            view     key    bucket  value  batch  speed
            revenue  "pot"              9      9
            revenue  tea                7      7

            2 rows, kappa; 1 dead letter
            """));
  }

  @Test
  void statusTellsVersionsSlicesAndLag() {
    Cli cli = afterABatchOfTheFirstHour();
    ingest(cli, SECOND_HOUR, "2015-05-21T01:30:00Z");
    ok(cli.run("close", "--through", "2015-05-21T02:00:00Z"));

    Result table = ok(cli.run("status"));
    Result json = ok(cli.run("status", "--format", "json"));

    assertThat(table.out(), containsString("log closed through 2015-05-21T02:00:00Z"));
    assertThat(table.out(), containsString("revenue is 1 closed epoch behind"));
    assertThat(json.out().lines().count(), is(3L));
    assertThat(json.out(), containsString("\"closedEpochsBehind\":1"));
    assertThat(json.out(), containsString("\"kind\":\"batch\""));
  }

  @Test
  void deadLettersHavePlaceErrorAndRecord() {
    Cli cli = new Cli(folder, "kappa");
    ingest(cli, FIRST_HOUR, "2015-05-21T00:30:00Z");
    ok(cli.run("run", "--until-caught-up"));
    ok(cli.run("run", "--until-caught-up")); // the same letter again changes nothing

    Result json = ok(cli.run("dead-letters", "list", "--format", "json"));

    assertThat(
        json.out().lines().toList(),
        is(
            List.of(
                "{\"place\":\"segment-1@95\",\"epoch\":397824,\"kind\":\"undecodable\",\"error\":\"not four fields\","
                    + "\"record\":\"broken\"}")));
  }

  @Test
  void helpOfEveryCommandTellsItsOptions() {
    for (String command :
        List.of(
            "demo",
            "ingest",
            "close",
            "run",
            "query",
            "status",
            "verify",
            "dead-letters",
            "compact",
            "gc")) {
      Result help = Cli.bare(command, "--help");

      assertThat(command, help.code(), is(0));
      assertThat(help.out(), containsString("Usage: anabranch"));
      assertThat(help.out(), containsString(command));
      assertThat(help.err(), is(""));
    }
    assertThat(Cli.bare("run", "--help").out(), containsString("--until-caught-up"));
    assertThat(Cli.bare("--help").out(), not(containsString("null")));
  }

  @Test
  void everyCommandTakesTheOptionsOfAllCommandsHoweverDeepItIsNested() {
    CommandLine root = new CommandLine(new RootCommand(Optional.empty()));
    List<List<String>> commands = new ArrayList<>();
    collect(root, List.of(), commands);

    assertThat(commands.contains(List.of("dead-letters", "list")), is(true));
    for (List<String> command : commands) {
      for (String option : List.of("--help", "-h", "--version", "-V")) {
        List<String> line = Stream.concat(command.stream(), Stream.of(option)).toList();
        if (hasVersionOfItsOwn(root, command) && option.toLowerCase(Locale.ROOT).contains("v")) {
          continue;
        }

        Result result = Cli.bare(line.toArray(String[]::new));

        assertThat(line + ": " + result.err(), result.code(), is(0));
        assertThat(line.toString(), result.err(), is(""));
      }
      Result help =
          Cli.bare(
              Stream.concat(command.stream(), Stream.of("--help", "--stacktrace"))
                  .toArray(String[]::new));
      assertThat(command + ": " + help.err(), help.code(), is(0));
      assertThat(help.out(), containsString("--stacktrace"));
      assertThat(help.out(), containsString("Exit codes:"));
    }
  }

  private static void collect(CommandLine from, List<String> names, List<List<String>> commands) {
    commands.add(names);
    from.getSubcommands()
        .forEach(
            (name, command) ->
                collect(
                    command, Stream.concat(names.stream(), Stream.of(name)).toList(), commands));
  }

  private static boolean hasVersionOfItsOwn(CommandLine root, List<String> command) {
    CommandLine last = root;
    for (String name : command) {
      last = last.getSubcommands().get(name);
    }
    return last.getCommandSpec().findOption("--version").arity().max() > 0;
  }

  @Test
  void runnerOnTheCommandLineWinsOverTheConfiguration() {
    Cli cli = new Cli(folder, "kappa");
    ingest(cli, FIRST_HOUR, "2015-05-21T00:30:00Z");

    Result run =
        cli.run("run", "--until-caught-up", "--runner", "FlinkRunner", "--set", "speed.refresh=1s");

    ok(run);
    assertThat(ok(cli.run("query", "revenue", "--total")).out(), containsString("tea"));
  }

  /** Leaves out when rows were written, and how long ago. */
  private static String withoutTimes(String text) {
    return text.replaceAll("\"updated\":\"[^\"]+\",\"freshnessSeconds\":[0-9.]+,", "")
        .replaceAll("last change [0-9]+ s ago; ", "");
  }

  private Cli afterABatchOfTheFirstHour() {
    Cli cli = new Cli(folder, "lambda");
    ingest(cli, FIRST_HOUR, "2015-05-21T00:30:00Z");
    ok(cli.run("close", "--through", "2015-05-21T01:00:00Z"));
    ok(cli.run("run", "--layer", "batch"));
    return cli;
  }

  private static void ingest(Cli cli, String text, String at) {
    Path file = cli.write("some.log", text);
    ok(cli.run("ingest", file.toString(), "--at", at));
  }

  private static Result ok(Result result) {
    assertThat(result.err(), result.code(), is(0));
    return result;
  }
}
