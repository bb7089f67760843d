/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.UsageException;
import io.anabranch.api.UserException;
import io.anabranch.api.internal.Excerpt;
import io.anabranch.cli.print.Advice;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns exceptions into one clear message and an exit code. */
final class Failures implements IExecutionExceptionHandler {
  /** Room for many problems of a configuration. */
  private static final int LONGEST = 10_000;

  @Override
  public int handleExecutionException(
      Exception error, CommandLine commandLine, ParseResult parseResult) {
    PrintWriter err = commandLine.getErr();
    RootCommand root = (RootCommand) commandLine.getCommandSpec().root().userObject();
    if (error instanceof UserException) {
      err.println("error: " + excerpt(Advice.text(error)));
    } else {
      err.println(
          "error: %s (this looks like a bug; --stacktrace shows more)"
              .formatted(excerpt(error.toString())));
    }
    if (root.stacktrace()) {
      error.printStackTrace(err);
    }
    return error instanceof UsageException ? ExitCode.USAGE : ExitCode.SOFTWARE;
  }

  private static String excerpt(String message) {
    return Excerpt.of(String.valueOf(message), LONGEST);
  }

  static int usage(ParameterException error, String[] args) {
    CommandLine commandLine = error.getCommandLine();
    PrintWriter err = commandLine.getErr();
    err.println("error: " + error.getMessage());
    UnmatchedArgumentException.printSuggestions(error, err);
    err.println(
        "See \"" + commandLine.getCommandSpec().qualifiedName() + " --help\" for what it takes.");
    return ExitCode.USAGE;
  }
}
