/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Loads a configuration from a YAML file and the overrides of the command line.
 *
 * <p>All problems are collected and thrown once; nothing is opened or created. Relative paths begin
 * in the folder of the file, those of overrides too, so a command means the same wherever it is
 * started.
 *
 * <pre>{@code
 * Configuration configuration =
 *     ConfigurationLoader.load(
 *         Path.of("anabranch.yaml"), List.of("speed.refresh=5s"), Optional.empty());
 * }</pre>
 */
public final class ConfigurationLoader {
  private ConfigurationLoader() {}

  /**
   * Loads a configuration with the connectors on the class path.
   *
   * @param file in UTF-8
   * @param overrides each {@code KEY=VALUE} as after {@code --set}, such as {@code log.path=data};
   *     of two for the same key the later one wins
   * @param defaultApplication the class name of the application if the file names none
   * @throws ConfigurationException with all that is wrong
   * @throws io.anabranch.api.UserException if a connector on the class path cannot be loaded
   */
  public static Configuration load(
      Path file, List<String> overrides, Optional<String> defaultApplication) {
    return load(file, overrides, defaultApplication, Providers.installed());
  }

  /**
   * Loads a configuration with these connectors.
   *
   * @throws ConfigurationException with all that is wrong
   * @see #load(Path, List, Optional)
   */
  public static Configuration load(
      Path file, List<String> overrides, Optional<String> defaultApplication, Providers providers) {
    Problems problems = new Problems(file.toString());
    Optional<Node.Section> root = ConfigurationFile.read(file, problems);
    Node.Section settings = root.orElseGet(Node.Section::empty);
    Overrides.apply(overrides, settings, problems);
    if (root.isEmpty()) {
      problems.throwIfAny();
    }
    Variables variables = new Variables(name -> Optional.ofNullable(System.getenv(name)), problems);
    if (!variables.replaceIn(settings)) {
      problems.throwIfAny(); // of a value that is not known, nothing else can be said
    }
    Lookup lookup = new Lookup(settings, problems);
    String base = file.toAbsolutePath().normalize().getParent().toString();
    return new Checks(lookup, providers, problems, base).configuration(defaultApplication);
  }
}
