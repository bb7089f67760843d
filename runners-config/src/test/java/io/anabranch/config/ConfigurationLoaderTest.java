/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.Tolerance;
import io.anabranch.api.spi.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationLoaderTest {
  @TempDir Path directory;

  @Test
  void whatIsLeftOutHasDefaults() {
    Configuration configuration = Loads.load(directory, Loads.MINIMAL);

    assertThat(configuration.runner().profile(), is("direct"));
    assertThat(configuration.runner().options(), is(aMapWithSize(0)));
    assertThat(configuration.logKind(), is("files"));
    assertThat(configuration.speedRefresh(), is(Duration.ofSeconds(1)));
    assertThat(configuration.promotions().of("any"), is(Tolerance.NONE));
  }

  @Test
  void everyKeyIsMapped() {
    String yaml =
        """
        # with comments
        application: io.anabranch.Outer$Inner
        architecture: kappa
        runner:
          profile: SparkRunner
          options: { parallelism: 2, fasterCopy: true, "a.b": 1_000 }
        log: { kind: kafka, topic: views, epoch: 1h }
        store: { url: "jdbc:postgresql://db/views", user: me, password: long enough }
        speed: { refresh: 500ms }
        errors: { most: 7 }
        promotion:
          maxDifferingRows: 0.5%
          equalWithin: 1%
          views: { visitors: { equalWithin: 100% }, pages: { maxDifferingRows: 0% } }
        """;

    Configuration configuration = Loads.load(directory, yaml);

    assertThat(
        configuration,
        is(
            new Configuration(
                "io.anabranch.Outer$Inner",
                Architecture.KAPPA,
                new RunnerSettings(
                    "SparkRunner",
                    Map.of("parallelism", "2", "fasterCopy", "true", "a.b", "1_000")),
                "kafka",
                new Settings(Map.of("topic", "views", "epoch", "1h"), directory.toString()),
                new Settings(
                    Map.of(
                        "url", "jdbc:postgresql://db/views",
                        "user", "me",
                        "password", "long enough"),
                    directory.toString()),
                Duration.ofMillis(500),
                new Promotions(
                    new Tolerance(0.005, 0.01),
                    Map.of(
                        "visitors", new Tolerance(0.005, 1),
                        "pages", new Tolerance(0, 0.01))),
                OptionalInt.of(7))));
  }

  @Test
  void emptySectionsHaveDefaults() {
    Configuration configuration = Loads.load(directory, Loads.MINIMAL + "runner:\nspeed: {}\n");

    assertThat(configuration.runner().profile(), is("direct"));
    assertThat(configuration.speedRefresh(), is(Duration.ofSeconds(1)));
  }

  @Test
  void stepsMayThrowOnAThousandEventsOrOnNone() {
    assertThat(mostFailedEvents(""), is(OptionalInt.of(1_000)));
    assertThat(mostFailedEvents("errors: { most: 0 }"), is(OptionalInt.of(0)));
    assertThat(mostFailedEvents("errors: fail"), is(OptionalInt.empty()));
  }

  private OptionalInt mostFailedEvents(String yaml) {
    return Loads.load(directory, Loads.MINIMAL + yaml + "\n").mostFailedEvents();
  }

  @Test
  void theMinimalExampleOfTheMessagesLoads() {
    Configuration configuration = Loads.load(directory, Key.MINIMAL);

    assertThat(configuration.architecture(), is(Architecture.LAMBDA));
  }

  @Test
  void theApplicationOfTheMainClassIsTheDefault() {
    String yaml = Loads.MINIMAL.replace("application: a.B\n", "");

    Configuration configuration = loadFromMainOf("c.D", yaml);

    assertThat(configuration.application(), is("c.D"));
  }

  @Test
  void theApplicationOfTheFileWinsOverTheMainClass() {
    Configuration configuration = loadFromMainOf("c.D", Loads.MINIMAL);

    assertThat(configuration.application(), is("a.B"));
  }

  @Test
  void theLongestSchemePicksTheStore() {
    List<String> schemes =
        List.of("jdbc:sqlite:v.db", "jdbc:other:v").stream()
            .map(url -> FakeConnectors.ALL.store(url).orElseThrow().scheme())
            .toList();

    assertThat(schemes, contains("jdbc:sqlite:", "jdbc:"));
  }

  @Test
  void aByteOrderMarkIsSkipped() {
    Configuration configuration = Loads.load(directory, "\uFEFF" + Loads.MINIMAL);

    assertThat(configuration.application(), is("a.B"));
  }

  private Configuration loadFromMainOf(String application, String yaml) {
    return ConfigurationLoader.load(
        Loads.file(directory, yaml), List.of(), Optional.of(application), FakeConnectors.ALL);
  }
}
