/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {
  private static final String HINT = "write KEY=VALUE, for instance speed.refresh=5s";

  @TempDir Path directory;

  @Test
  void anOverrideWinsOverTheFile() {
    Configuration configuration =
        Loads.load(directory, Loads.MINIMAL, "architecture=kappa", "log.path=else=where");

    assertThat(configuration.architecture(), is(Architecture.KAPPA));
    assertThat(configuration.log().values(), is(Map.of("path", "else=where")));
  }

  @Test
  void ofTwoForTheSameKeyTheLaterOneWins() {
    Configuration configuration = Loads.load(directory, Loads.MINIMAL, "log.path=a", "log.path=b");

    assertThat(configuration.log().values(), is(Map.of("path", "b")));
  }

  @Test
  void optionsOfTheRunnerMayHaveAnyName() {
    String yaml = Loads.MINIMAL + "runner: { options: { parallelism: 2, other: 1 } }";

    Configuration configuration =
        Loads.load(directory, yaml, "runner.options.parallelism=4", "runner.options.a.b=c");

    assertThat(
        configuration.runner().options(), is(Map.of("parallelism", "4", "other", "1", "a.b", "c")));
  }

  @Test
  void aSectionThatTheFileDoesNotHaveIsMade() {
    Configuration configuration =
        Loads.load(directory, Loads.MINIMAL + "speed:", "runner.profile=x", "speed.refresh=1h");

    assertThat(configuration.runner().profile(), is("x"));
    assertThat(configuration.speedRefresh().toHours(), is(1L));
  }

  @Test
  void theKindOfLogCanBeOverridden() {
    String yaml = Loads.MINIMAL.replace("path", "topic");

    Configuration configuration = Loads.load(directory, yaml, "log.kind=kafka");

    assertThat(configuration.logKind(), is("kafka"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "speed.refresh  | --set \"speed.refresh\": there is no \"=\": " + HINT,
        "=5s            | --set \"\": this is not a key: " + HINT,
        "speed.=5s      | --set \"speed.\": this is not a key: " + HINT,
        "speed refresh=1| --set \"speed refresh\": this is not a key: " + HINT,
        "speed.refresh= | --set speed.refresh: the value is empty: " + HINT,
        "stroe.url=x    | --set stroe.url: unknown key \"stroe.url\": did you mean \"store.url\"?",
        "log.kindd=x    | --set log.kindd: unknown key \"log.kindd\": did you mean \"log.kind\"?",
        "log.path.x=1   | --set log.path.x: unknown key \"log.path.x\": \"log.path\" is a single"
            + " value, without keys of its own",
        "application.x=1| --set application.x: unknown key \"application.x\": \"application\" is a"
            + " single value, without keys of its own",
        "log=files      | --set log: \"log\" is \"files\": write a map, for instance log: { kind:"
            + " files }",
        "runner.options=| --set runner.options: the value is empty: " + HINT,
      })
  void aWrongOverrideIsRefused(String override, String problem) {
    assertThat(Loads.problems(directory, Loads.MINIMAL, override), contains(problem));
  }

  @Test
  void anOverrideInsideOfTextIsRefusedOnce() {
    String yaml = Loads.MINIMAL + "speed: fast";

    assertThat(
        Loads.problems(directory, yaml, "speed.refresh=1s"),
        contains(
            "line 5: \"speed\" is \"fast\": write a map, for instance speed: { refresh: 1s }"));
  }

  @Test
  void malformedOverridesAreReportedTogetherWithAnUnreadableFile() {
    ConfigurationException failure = Loads.failure(directory, "log.path=");

    assertThat(
        failure.problems(),
        contains(
            "--set log.path: the value is empty: " + HINT,
            "this is a directory: name the file in it, for instance with -c FILE"));
  }
}
