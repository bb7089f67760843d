/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.config.Configuration;
import io.anabranch.config.ConfigurationLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options by which a command finds its configuration. */
final class ConfigurationOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      defaultValue = "anabranch.yaml",
      description = "The configuration; default ${DEFAULT-VALUE}.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override one setting, for instance --set log.path=/data/log; may be repeated.")
  private List<String> overrides = new ArrayList<>();

  Configuration load() {
    RootCommand root = (RootCommand) mixee.root().userObject();
    return ConfigurationLoader.load(file, overrides, root.application());
  }
}
