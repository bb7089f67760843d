/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that is measured by {@code /proc}: its processor time by what the kernel adds to this
 * process once the child has ended, so one child at a time.
 */
public final class ChildProcess {
  private static final double TICKS_PER_SECOND = 100;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double KILOBYTES_PER_MEGABYTE = 1_024;
  private static final long LOOK_EVERY_MILLIS = 50;

  /** Of the fields of {@code /proc/self/stat} that follow the name of the program. */
  private static final int CHILDREN_USER = 13;

  private final Map<String, String> environment;
  private final Path output;

  /**
   * Creates one.
   *
   * @param environment what it gets besides the environment of this process
   * @param output where its output goes
   */
  public ChildProcess(Map<String, String> environment, Path output) {
    this.environment = environment;
    this.output = output;
  }

  /**
   * Runs a command to its end.
   *
   * @throws IllegalStateException if it fails
   */
  public Measured run(List<String> command) throws IOException, InterruptedException {
    double cpu = cpuSecondsOfChildren();
    long started = System.nanoTime();
    Process process = start(command);
    double resident = 0;
    while (!process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
      resident = Math.max(resident, peakResidentMegabytes(process.pid()));
    }
    double wall = (System.nanoTime() - started) / NANOS_PER_SECOND;
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          "exit code %d of %s:%n%s"
              .formatted(process.exitValue(), String.join(" ", command), Files.readString(output)));
    }
    return new Measured(wall, cpuSecondsOfChildren() - cpu, resident);
  }

  /** Starts a command. */
  public Process start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static double cpuSecondsOfChildren() throws IOException {
    String[] fields = fieldsAfterName(Path.of("/proc/self/stat"));
    return (Long.parseLong(fields[CHILDREN_USER]) + Long.parseLong(fields[CHILDREN_USER + 1]))
        / TICKS_PER_SECOND;
  }

  /** Returns the processor time that a process has taken until now. */
  public static double cpuSeconds(long pid) throws IOException {
    String[] fields = fieldsAfterName(Path.of("/proc", Long.toString(pid), "stat"));
    return (Long.parseLong(fields[CHILDREN_USER - 2]) + Long.parseLong(fields[CHILDREN_USER - 1]))
        / TICKS_PER_SECOND;
  }

  private static String[] fieldsAfterName(Path stat) throws IOException {
    String text = Files.readString(stat);
    return text.substring(text.lastIndexOf(')') + 2).trim().split(" ");
  }

  /** Returns the most memory that a process had until now; 0 if it has ended. */
  public static double peakResidentMegabytes(long pid) {
    return status(pid, "VmHWM:");
  }

  /** Returns the memory that a process has; 0 if it has ended. */
  public static double residentMegabytes(long pid) {
    return status(pid, "VmRSS:");
  }

  private static double status(long pid, String field) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
        if (line.startsWith(field)) {
          return Long.parseLong(line.replaceAll("\\D", "")) / KILOBYTES_PER_MEGABYTE;
        }
      }
      return 0;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
