/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.Application;
import io.anabranch.api.UsageException;
import io.anabranch.cli.command.RootCommand;
import io.anabranch.cli.print.Terminal;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/**
 * The command line of Anabranch.
 *
 * <p>An author's own {@code main} is one line, and has the same commands as the launcher:
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *   Anabranch.main(WebAnalytics.class, args);
 * }
 * }</pre>
 *
 * <p>Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. Results go to standard output,
 * logs and progress to standard error.
 */
public final class Anabranch {

  private Anabranch() {}

  /** Runs a command for the application that the configuration names, and exits. */
  public static void main(String[] args) {
    exit(Optional.empty(), args);
  }

  /**
   * Runs a command and exits.
   *
   * @param application the application if the configuration names none
   */
  public static void main(Class<? extends Application<?>> application, String[] args) {
    exit(Optional.of(application.getName()), args);
  }

  private static void exit(Optional<String> application, String[] args) {
    PrintWriter out = Terminal.out();
    PrintWriter err = Terminal.err();
    int code;
    try {
      Surroundings.requireJava(Runtime.version().feature());
      Surroundings.requireReadable(List.of(args), System.getProperty("sun.jnu.encoding"));
      Surroundings.printAlike();
      OwnTemporaryFolder.use();
      code = RootCommand.run(application, out, err, args);
    } catch (UsageException e) {
      err.println("error: " + e.getMessage());
      code = CommandLine.ExitCode.USAGE;
    }
    out.flush();
    // All is done and closed: what the shutdown hooks of a runner throw is of no use to anybody.
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {});
    System.exit(code); // runners may leave threads behind that are not daemons
  }
}
