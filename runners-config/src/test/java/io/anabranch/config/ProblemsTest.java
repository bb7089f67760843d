/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.UserException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemsTest {
  @TempDir Path directory;

  @Test
  void allProblemsAreReportedAtOnceInTheOrderOfTheFile() {
    Path file =
        Loads.file(
            directory,
            """
            architecture: lamda
            runner: { profile: [a, b], option: { x: 1 } }
            log: { kind: files, epoch: 3600 }
            speed: { refresh: 1 }
            stroe: { url: "jdbc:sqlite:v.db" }
            speed: { refresh: 2s }
            """);

    ConfigurationException failure = Loads.failure(file, "runner.options", "log.pth=x");

    assertThat(
        failure.getMessage(),
        is(
            file
                + """
                : 12 problems
                  line 1: "architecture" is "lamda": did you mean "lambda"? allowed are "lambda", "kappa"
                  line 2: unknown key "runner.option": did you mean "runner.options"?
                  line 2: "runner.profile" is the list [a, b]: write text, for instance runner: { profile: flink-local }
                  line 3: log.epoch is "3600": add a unit
                  line 4: "speed.refresh" is wrong: "1" is not a duration; write for instance 500ms, 1s, 5m, 1h or 7d
                  line 5: unknown key "stroe": did you mean "store"?
                  line 6: duplicate key "speed", first in line 4: remove one
                  --set "runner.options": there is no "=": write KEY=VALUE, for instance speed.refresh=5s
                  --set log.pth: unknown key "log.pth": did you mean "log.path"?
                  missing required key "application": add for instance application: io.anabranch.examples.web.WebAnalytics
                  log.path is missing: write where the log is
                  missing required key "store.url": add for instance store: { url: "jdbc:sqlite:data/views.db" }"""));
    assertThat(failure.problems(), hasSize(12));
    assertThat(failure, instanceOf(UserException.class));
  }

  @Test
  void oneProblemIsCountedAsOne() {
    Path file = Loads.file(directory, Loads.MINIMAL + "speed: { refresh: 2h }\n");

    ConfigurationException failure = Loads.failure(file);

    assertThat(
        failure.getMessage(),
        is(
            file
                + ": 1 problem\n  line 5: \"speed.refresh\" is \"2h\": allowed are 10ms to 1h, for"
                + " instance speed: { refresh: 1s }"));
  }
}
