/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.application;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.anabranch.config.Configuration;
import io.anabranch.config.ConfigurationLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A real configuration, but for log and store: these are an embedded log, with epochs of the same
 * length, and a SQLite file, in a folder.
 *
 * @param file the configuration that is to be used
 * @param loaded what it says
 */
record SwappedConfiguration(Path file, Configuration loaded) {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /**
   * Reads a configuration, and writes another beside log and store.
   *
   * @param defaultApplication the class name of the application if the configuration names none
   * @throws io.anabranch.config.ConfigurationException if the real one has faults
   */
  static SwappedConfiguration of(Path real, Path folder, Optional<String> defaultApplication) {
    ConfigurationLoader.load(real, List.of(), defaultApplication);
    Path swapped = folder.resolve("anabranch.yaml");
    try {
      ObjectNode root = (ObjectNode) YAML.readTree(real.toFile());
      JsonNode epoch = root.path("log").path("epoch");
      ObjectNode log = root.putObject("log");
      log.put("kind", "files").put("path", folder.resolve("log").toString());
      if (!epoch.isMissingNode()) {
        log.set("epoch", epoch);
      }
      root.putObject("store").put("url", "jdbc:sqlite:" + folder.resolve("views.db"));
      YAML.writeValue(swapped.toFile(), root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SwappedConfiguration(
        swapped, ConfigurationLoader.load(swapped, List.of(), defaultApplication));
  }
}
