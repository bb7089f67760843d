/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Loads configurations from text. */
final class Loads {
  /** Nothing but what is required, a key on each of four lines. */
  static final String MINIMAL =
      """
      application: a.B
      architecture: lambda
      log: { path: data/log }
      store: { url: "jdbc:sqlite:v.db" }
      """;

  private Loads() {}

  static Configuration load(Path directory, String yaml, String... overrides) {
    return ConfigurationLoader.load(
        file(directory, yaml), List.of(overrides), Optional.empty(), FakeConnectors.ALL);
  }

  static List<String> problems(Path directory, String yaml, String... overrides) {
    return failure(file(directory, yaml), overrides).problems();
  }

  static ConfigurationException failure(Path file, String... overrides) {
    return assertThrows(
        ConfigurationException.class,
        () ->
            ConfigurationLoader.load(
                file, List.of(overrides), Optional.empty(), FakeConnectors.ALL));
  }

  static Path file(Path directory, String yaml) {
    try {
      return Files.writeString(directory.resolve("anabranch.yaml"), yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
