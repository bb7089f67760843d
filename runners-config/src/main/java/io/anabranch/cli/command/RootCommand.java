/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.catalog.document.VersionRole;
import io.anabranch.cli.print.Rate;
import io.anabranch.cli.print.Terminal;
import io.anabranch.cli.print.Version;
import io.anabranch.cli.session.Converters;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine;
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
      ArchiveCommand.class,
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
public final class RootCommand implements Runnable {
  private static final int MIB = 20; // as a shift of bytes
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

  /**
   * Makes the command.
   *
   * @param application the class that is used if the configuration names none
   */
  public RootCommand(Optional<String> application) {
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

  /** Runs a command without exiting. */
  public static int run(
      Optional<String> application, PrintWriter out, PrintWriter err, String... args) {
    CommandLine commandLine = new CommandLine(new RootCommand(application));
    commandLine.setOut(out);
    commandLine.setErr(err);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.registerConverter(Duration.class, Converters::duration);
    commandLine.registerConverter(Instant.class, Converters::instant);
    commandLine.registerConverter(Rate.class, Converters::rate);
    commandLine.registerConverter(VersionRole.class, Converters::role);
    commandLine.setExecutionExceptionHandler(new Failures());
    commandLine.setParameterExceptionHandler(Failures::usage);
    commandLine.setExpandAtFiles(false); // a key may begin with @
    int code = execute(commandLine, args);
    if (out.checkError()) {
      if (out instanceof Terminal.Output output && output.isClosedByReader()) {
        return code;
      }
      err.println("error: the result could not be written to standard output");
      return CommandLine.ExitCode.SOFTWARE;
    }
    err.flush();
    return code;
  }

  private static int execute(CommandLine commandLine, String... args) {
    try {
      return commandLine.execute(args);
    } catch (OutOfMemoryError e) {
      commandLine
          .getErr()
          .printf(
              "error: the memory of %,d MiB is used up (%s): give more, for instance ANABRANCH_JAVA_OPTS=-Xmx4g, or ask for less, by --key, --from and --to%n",
              Runtime.getRuntime().maxMemory() >> MIB, e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }
}
