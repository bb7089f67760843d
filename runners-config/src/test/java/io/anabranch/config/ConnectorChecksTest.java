/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectorChecksTest {
  @TempDir Path directory;

  @Test
  void whatTheProviderRequiresIsMissedBothWithAndWithoutASection() {
    String empty = Loads.MINIMAL.replace("{ path: data/log }", "");
    String without = Loads.MINIMAL.replace("log: { path: data/log }\n", "");
    String problem = "log.path is missing: write where the log is";

    assertThat(Loads.problems(directory, empty), contains(problem));
    assertThat(Loads.problems(directory, without), contains(problem));
  }

  @Test
  void aProblemOfTheProviderHasTheLineOfTheSetting() {
    String yaml = Loads.MINIMAL.replace("data/log }", "data/log,\n        epoch: 3600 }");

    assertThat(
        Loads.problems(directory, yaml), contains("line 4: log.epoch is \"3600\": add a unit"));
  }

  @Test
  void anUnknownKindIsRefusedAndItsSettingsAreNotGuessedAt() {
    String yaml = Loads.MINIMAL.replace("path: data/log", "kind: file, path: x, more: y");

    assertThat(
        Loads.problems(directory, yaml),
        contains(
            "line 3: \"log.kind\" is \"file\": did you mean \"files\"? allowed are \"files\","
                + " \"kafka\""));
  }

  @Test
  void settingsOfAnotherKindAreUnknown() {
    String yaml = Loads.MINIMAL.replace("path: data/log", "kind: kafka, path: x, topic: y");

    assertThat(
        Loads.problems(directory, yaml),
        contains(
            "line 3: unknown key \"log.path\": known are \"log.epoch\", \"log.kind\","
                + " \"log.topic\""));
  }

  @Test
  void aSettingThatIsNotTextIsReportedOnce() {
    assertThat(
        Loads.problems(directory, Loads.MINIMAL.replace("data/log", "[a]")),
        contains("line 3: \"log.path\" is the list [a]: write text, a number, true or false"));
    assertThat(
        Loads.problems(directory, Loads.MINIMAL.replace("data/log", "")),
        contains("line 3: \"log.path\" has no value: write text, a number, true or false"));
  }

  @Test
  void aUrlOfNoStoreIsRefusedWithTheSchemesThereAre() {
    String yaml = Loads.MINIMAL.replace("jdbc:sqlite:", "redis:");

    assertThat(
        Loads.problems(directory, yaml),
        contains(
            "line 4: \"store.url\" is \"redis:v.db\": it must begin with one of \"jdbc:\","
                + " \"jdbc:postgresql:\", \"jdbc:sqlite:\""));
  }

  @Test
  void theUrlIsRequired() {
    String yaml = Loads.MINIMAL.replace("url: \"jdbc:sqlite:v.db\"", "ulr: \"jdbc:sqlite:v.db\"");

    assertThat(
        Loads.problems(directory, yaml),
        hasItem(
            "missing required key \"store.url\": add for instance store: { url:"
                + " \"jdbc:sqlite:data/views.db\" }"));
  }

  @Test
  void unknownSettingsOfTheStoreAreRefused() {
    String yaml = Loads.MINIMAL.replace("v.db\"", "v.db\", usr: me");

    assertThat(
        Loads.problems(directory, yaml),
        contains("line 4: unknown key \"store.usr\": did you mean \"store.user\"?"));
  }

  @Test
  void aProviderThatThrowsInsteadOfTellingIsOneProblemAmongOthers() {
    String yaml = Loads.MINIMAL.replace("v.db\"", "v.db\", pool: 5");

    assertThat(
        Loads.problems(directory, yaml, "architecture=x"),
        contains(
            "--set architecture: \"architecture\" is \"x\": allowed are \"lambda\", \"kappa\"",
            "store: \"5\" is not a duration; write for instance 500ms, 1s, 5m, 1h or 7d"));
  }

  @Test
  void withoutConnectorsTheClassPathIsNamed() {
    Path file = Loads.file(directory, Loads.MINIMAL);
    Providers none = new Providers(List.of(), List.of());

    ConfigurationException failure =
        assertThrows(
            ConfigurationException.class,
            () -> ConfigurationLoader.load(file, List.of(), Optional.empty(), none));

    assertThat(
        failure.problems(),
        contains(
            "line 4: \"store.url\" is \"jdbc:sqlite:v.db\": it must begin with one of nothing, as no"
                + " connector is on the class path",
            "\"log.kind\" is \"files\": allowed are nothing, as no connector is on the class path"));
  }
}
