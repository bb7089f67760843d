/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.application;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code main} of the class path of the tests, in a process of its own. */
public final class MainProcess {
  /** The packages that the launcher opens too: Beam's Flink runner reads them by reflection. */
  private static final List<String> OPENED =
      List.of("lang", "util", "util.concurrent", "net", "nio", "time", "lang.invoke");

  private MainProcess() {}

  /**
   * How a process ended, and what it printed.
   *
   * @param code its exit code
   * @param out what it printed to standard output
   * @param err what it printed to standard error
   */
  public record Ended(int code, String out, String err) {}

  /**
   * Prepares a process.
   *
   * @param folder its working directory
   * @param mainClass the name of the class with the {@code main}
   */
  public static ProcessBuilder prepared(Path folder, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It does not live long: compile quickly, and collect with one thread.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    OPENED.forEach(name -> command.add("--add-opens=java.base/java." + name + "=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return new ProcessBuilder(command).directory(folder.toFile());
  }

  /**
   * Runs a process to its end.
   *
   * @param within after which it is killed
   * @throws AssertionError if it was killed
   */
  public static Ended run(Path folder, String mainClass, List<String> arguments, Duration within) {
    try {
      Path out = Files.createTempFile(folder, "out", ".txt");
      Path err = Files.createTempFile(folder, "err", ".txt");
      Process process =
          prepared(folder, mainClass, arguments)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            "%s did not end within %s: if it follows the log, let it end once it has caught up"
                .formatted(arguments, within));
      }
      return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
