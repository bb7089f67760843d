/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.cli.Cli.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run in which records could not be decoded says so, in each layer and architecture. */
final class UndecodableTest {
  private static final String GOOD = "2015-05-21T00:10:00Z,ann,tea,3\n";
  private static final String NONE =
      "warning: of 3 records read none could be decoded;"
          + " \"anabranch dead-letters list\" says why\n";
  private static final String SOME =
      "warning: 2 of the 3 records read could not be decoded;"
          + " \"anabranch dead-letters list\" says why\n";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "lambda, run --layer batch --runner direct",
    "lambda, run --layer speed --until-caught-up --runner flink-local",
    "lambda, run --until-caught-up --runner direct",
    "kappa, run --until-caught-up --runner direct"
  })
  void saysIfNoneOrSomeCouldBeDecoded(String architecture, String command) {
    assertThat(run("none", architecture, command, "a\nb\nc\n"), containsString(NONE));
    assertThat(run("some", architecture, command, "a\n" + GOOD + "c\n"), containsString(SOME));
    assertThat(run("all", architecture, command, GOOD), not(containsString("warning: ")));
  }

  @Test
  void saysSoOfWhatIsReadFromTheOpenEpoch() {
    Cli cli = new Cli(folder, "kappa");
    ingest(cli, "a\nb\nc\n");

    assertThat(ok(cli.run("run", "--until-caught-up")).err(), containsString(NONE));
    assertThat(cli.run("dead-letters", "list", "--format", "csv").out().lines().count(), is(4L));
  }

  @Test
  void replayNamesItsVersion() {
    Cli cli = new Cli(folder, "kappa");
    ingest(cli, "a\nb\nc\n");
    ok(cli.run("close", "--through", "2015-05-21T01:00:00Z"));
    ok(cli.run("run", "--until-caught-up"));

    Result replay = ok(cli.run("replay", "--until-caught-up"));

    assertThat(
        replay.err(), containsString("of 3 records read none could be decoded; \"anabranch"));
    String options =
        replay.err().replaceFirst("(?s).*dead-letters list (--version [0-9]+)\".*", "$1");
    assertThat(
        cli.run(("dead-letters list --format csv " + options).split(" ")).out().lines().count(),
        is(4L));
  }

  private String run(String name, String architecture, String command, String text) {
    Path own = folder.resolve(name);
    assertThat(own.toFile().mkdir(), is(true));
    Cli cli = new Cli(own, architecture);
    ingest(cli, text);
    ok(cli.run("close", "--through", "2015-05-21T01:00:00Z"));
    return ok(cli.run(command.split(" "))).err();
  }

  private static void ingest(Cli cli, String text) {
    Path file = cli.write("some.log", text);
    ok(cli.run("ingest", file.toString(), "--at", "2015-05-21T00:30:00Z"));
  }

  private static Result ok(Result result) {
    assertThat(result.err(), result.code(), is(0));
    return result;
  }
}
