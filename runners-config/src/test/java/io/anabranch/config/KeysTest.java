/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
  private static final String APPLICATION_HINT =
      "write text, for instance application: io.anabranch.examples.web.WebAnalytics";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "stroe: 1         | unknown key \"stroe\": did you mean \"store\"?",
        "Runner: 1        | unknown key \"Runner\": did you mean \"runner\"?",
        "weather: 1       | unknown key \"weather\": known are \"application\", \"architecture\", \"errors\","
            + " \"log\", \"promotion\", \"runner\", \"speed\", \"store\"",
        "speed: { r: 1s } | unknown key \"speed.r\": known are \"speed.refresh\"",
        "speed.refresh: 1s| unknown key \"speed.refresh\": write it as a map, speed: { refresh: ... }",
        "runner: { options.x: 1 } | unknown key \"runner.options.x\": write it as a map, options: {"
            + " x: ... }",
        "runner: { profile.x: 1 } | unknown key \"runner.profile.x\": \"runner.profile\" is a single"
            + " value, without keys of its own",
      })
  void anUnknownKeyIsRefusedWithWhatMayBeMeant(String line, String problem) {
    assertThat(Loads.problems(directory, Loads.MINIMAL + line), contains("line 5: " + problem));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "runner: fast | \"runner\" is \"fast\": write a map, for instance runner: { profile: flink-local }",
        "speed: [1s]  | \"speed\" is the list [1s]: write a map, for instance speed: { refresh: 1s }",
        "errors: ignore | \"errors\" is \"ignore\": write \"fail\", or a map, for instance errors: { most: 1000 }",
        "errors: { most: many } | \"errors.most\" is \"many\": write a whole number from 0 to 999999999, for instance errors: { most: 1000 }; or errors: fail",
        "speed: { refresh: { every: 1s } } | \"speed.refresh\" is the map {every: 1s}: write text, for"
            + " instance speed: { refresh: 1s }",
        "speed: { refresh: } | \"speed.refresh\" has no value: write text, for instance speed: {"
            + " refresh: 1s }",
        "speed: { refresh: 9ms } | \"speed.refresh\" is \"9ms\": allowed are 10ms to 1h, for instance"
            + " speed: { refresh: 1s }",
        "speed: { refresh: -PT1S } | \"speed.refresh\" is \"-PT1S\": allowed are 10ms to 1h, for"
            + " instance speed: { refresh: 1s }",
        "runner: { profile: ' ' } | \"runner.profile\" has no value: write text, for instance runner:"
            + " { profile: flink-local }",
        "runner: { options: 2 } | \"runner.options\" is \"2\": write a map, for instance runner: {"
            + " options: { parallelism: 2 } }",
        "runner: { options: { x: [1, 2] } } | \"runner.options.x\" is the list [1, 2]: write text, a"
            + " number, true or false",
        "promotion: { equalWithin: 0.1 } | \"promotion.equalWithin\" is \"0.1\": write a percentage"
            + " from 0% to 100%, for instance 0.1%",
        "promotion: { maxDifferingRows: 101% } | \"promotion.maxDifferingRows\" is \"101%\": write a"
            + " percentage from 0% to 100%, for instance 0.1%",
        "promotion: { views: { v: 1% } } | \"promotion.views.v\" is \"1%\": write a map, for instance"
            + " promotion: { views: { visitors: { equalWithin: 1% } } }",
        "promotion: { views: { v: { equal: 1% } } } | unknown key \"promotion.views.v.equal\": known"
            + " are \"promotion.views.v.equalWithin\", \"promotion.views.v.maxDifferingRows\"",
        "runner: { options: { x: } } | \"runner.options.x\" has no value: write text, a number, true"
            + " or false",
      })
  void aValueOfTheWrongKindIsRefused(String line, String problem) {
    assertThat(Loads.problems(directory, Loads.MINIMAL + line), contains("line 5: " + problem));
  }

  @Test
  void aLongValueIsCut() {
    String yaml = Loads.MINIMAL + "runner: " + "x".repeat(100);

    assertThat(
        Loads.problems(directory, yaml),
        contains(
            "line 5: \"runner\" is \"%s...\": write a map, for instance runner: { profile: flink-local }"
                .formatted("x".repeat(77))));
  }

  @Test
  void theApplicationMustBeText() {
    String yaml = Loads.MINIMAL.replace("a.B", "{ class: a.B }");

    assertThat(
        Loads.problems(directory, yaml),
        contains("line 1: \"application\" is the map {class: a.B}: " + APPLICATION_HINT));
  }

  @Test
  void theApplicationMustBeTheNameOfAClass() {
    String yaml = Loads.MINIMAL.replace("a.B", "my app");

    assertThat(
        Loads.problems(directory, yaml),
        contains(
            "line 1: \"application\" is \"my app\": write the name of a class, for instance"
                + " application: io.anabranch.examples.web.WebAnalytics"));
  }

  @Test
  void theArchitectureIsRequired() {
    String yaml = Loads.MINIMAL.replace("architecture: lambda\n", "");

    assertThat(
        Loads.problems(directory, yaml),
        contains("missing required key \"architecture\": add for instance architecture: lambda"));
  }

  @Test
  void anUnknownArchitectureIsRefusedWithThoseThereAre() {
    String yaml = Loads.MINIMAL.replace("lambda", "omega");

    assertThat(
        Loads.problems(directory, yaml),
        contains("line 2: \"architecture\" is \"omega\": allowed are \"lambda\", \"kappa\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10ms", "1h", "PT1H"})
  void theEndsOfARangeAreAllowed(String refresh) {
    Configuration configuration = Loads.load(directory, Loads.MINIMAL, "speed.refresh=" + refresh);

    Duration expected = refresh.equals("10ms") ? Duration.ofMillis(10) : Duration.ofHours(1);
    assertThat(configuration.speedRefresh(), is(expected));
  }
}
