/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  @TempDir Path directory;

  @Test
  void aConfigurationIsShownWithoutSecrets() {
    String yaml =
        Loads.MINIMAL.replace("v.db\"", "//me:hunter22@db/v?sslPassword=hunter22&x=1\"")
            + "runner: { options: { apiSecret: hunter22 } }";

    Configuration configuration = Loads.load(directory, yaml, "store.password=hunter22");

    assertThat(configuration.store().get("password").orElseThrow(), is("hunter22"));
    assertThat(
        configuration.toString(),
        is(
            "Configuration[application=a.B, architecture=lambda,"
                + " runner=RunnerSettings[profile=direct, options={apiSecret=***}], logKind=files,"
                + " log={path=data/log},"
                + " store={url=jdbc:sqlite://me:***@db/v?sslPassword=***&x=1, password=***},"
                + " speedRefresh=PT1S,"
                + " promotions=Promotions[otherwise=Tolerance[maxDifferingRows=0.0,"
                + " equalWithin=0.0], views={}],"
                + " mostFailedEvents=OptionalInt[1000]]"));
  }

  @Test
  void aProblemOfTheProviderIsShownWithoutSecrets() {
    String yaml = Loads.MINIMAL.replace("v.db\"", "//me:abc@db\", password: hunter2");

    assertThat(
        Loads.problems(directory, yaml),
        contains(
            allOf(
                containsString("line 4: store.password is \"***\", too short for"),
                not(containsString("hunter2")),
                not(containsString("abc")))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "store: { password: [hunter2] }",
        "store: { PASSWORD: hunter2 }",
        "store: { url: { Password: hunter2 } }",
        "store: { url: \"x://me:hunter2@db\" }",
        "store: \"x://db?password=hunter2\"",
        "store: { password: hunter2, password: hunter2 }",
        "store: { password: \"hunter2 }",
        "store: { password: hunter2 ] }",
        "? { password: hunter2 }",
      })
  void noProblemTellsASecret(String yaml) {
    assertThat(Loads.problems(directory, yaml), not(hasItem(containsString("hunter2"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"store.password:hunter2", "store.passwort=hunter2", "store.password.x=hunter2"})
  void noProblemOfAnOverrideTellsASecret(String override) {
    assertThat(
        Loads.problems(directory, Loads.MINIMAL, override),
        not(hasItem(containsString("hunter2"))));
  }

  @Test
  void aPasswordInAQuotedParameterIsHidden() {
    Map<String, String> settings =
        Map.of("jaas", "PlainLoginModule required username=\"me\" password=\"a b;c\";");

    assertThat(
        Secrets.hidden(settings).get("jaas"),
        is("PlainLoginModule required username=\"me\" password=\"***\";"));
  }
}
