/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command that all others stand under. */
@Command(
    name = "anabranch",
    description =
        "One set of Beam transforms: Lambda batch, Lambda speed or Kappa, by configuration.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    usageHelpAutoWidth = true,
    sortOptions = false,
    footer = {"", RootCommand.EXIT_CODES, RootCommand.STREAMS},
    subcommands = {
      DemoCommand.class,
      IngestCommand.class,
      CloseCommand.class,
      RunCommand.class,
      QueryCommand.class,
      StatusCommand.class,
      VerifyCommand.class,
      ReplayCommand.class,
      CompareCommand.class,
      PromoteCommand.class,
      RollbackCommand.class,
      RetireCommand.class,
      DeadLettersCommand.class,
      CompactCommand.class,
      GcCommand.class
    })
final class RootCommand implements Runnable {
  static final String EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.";
  static final String STREAMS =
      "Results go to standard output, logs and progress to standard error.";

  private final Optional<String> application;

  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where an error comes from, for a bug report.")
  private boolean stacktrace;

  RootCommand(Optional<String> application) {
    this.application = application;
  }

  /** Returns the application if the configuration names none. */
  Optional<String> application() {
    return application;
  }

  boolean stacktrace() {
    return stacktrace;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: a command is missing");
  }
}
