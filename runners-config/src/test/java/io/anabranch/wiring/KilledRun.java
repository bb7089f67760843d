/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.runners.RunnerProfile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One step on the log and the Lambda store of a world, in a process of its own that is killed
 * (SIGKILL) at a call of the store.
 */
public final class KilledRun {
  /** What the process does. */
  enum Step {
    BATCH,
    FULL_BATCH,
    SPEED,
    COMPACT,
    GC,
    REPLAY,
    PROMOTE
  }

  /** When it is killed. */
  enum Moment {
    BEFORE,
    DURING,
    AFTER
  }

  /**
   * Where it is killed: at the n-th call of a method of the store; during it, after a delay, which
   * may be longer than the call.
   */
  record Point(Step step, String method, int call, Moment moment) {}

  private KilledRun() {}

  /** Runs the step; arguments: folder of the world, step, revision of the definition. */
  public static void main(String[] args) {
    if (args[1].equals("REPLAY") || args[1].equals("PROMOTE")) {
      try (LifeCycle world = new LifeCycle(Path.of(args[0]), runner(), Purchases.ALL, "killing:")) {
        world.runOnly(Step.valueOf(args[1]), Integer.parseInt(args[2]));
      }
      System.exit(0);
    }
    try (World world = new World(Path.of(args[0]), runner(), "killing:")) {
      world.views(Purchases.ALL);
      switch (Step.valueOf(args[1])) {
        case BATCH -> world.runBatch(false);
        case FULL_BATCH -> world.runBatch(true);
        case SPEED -> world.runSpeed();
        case COMPACT -> world.compact(Compaction.Choice.ALL);
        default -> world.collectGarbage();
      }
    }
    System.exit(0); // runners leave threads behind
  }

  static RunnerProfile runner() {
    return RunnerProfile.of("direct", Map.of("targetParallelism", "2"));
  }

  /** Runs a step; returns whether the process was killed, and not done before. */
  static boolean killed(Path folder, Point point, long delayMicros)
      throws IOException, InterruptedException {
    return killed(folder, point, delayMicros, 1);
  }

  /** Runs a step by a revision of the definition; returns whether it was killed. */
  static boolean killed(Path folder, Point point, long delayMicros, int revision)
      throws IOException, InterruptedException {
    Path services = Files.createDirectories(folder.resolve("classes/META-INF/services"));
    Files.writeString(
        services.resolve("io.anabranch.api.spi.ViewStoreProvider"),
        KillingStoreProvider.class.getName());
    Path output = folder.resolve("killed-run.out");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1"); // it does not live long
    command.add("-D" + KillingStoreProvider.METHOD + "=" + point.method());
    command.add("-D" + KillingStoreProvider.CALL + "=" + point.call());
    command.add("-D" + KillingStoreProvider.MOMENT + "=" + point.moment());
    command.add("-D" + KillingStoreProvider.DELAY + "=" + delayMicros);
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(
        List.of(
            "-cp",
            folder.resolve("classes") + File.pathSeparator + classPath,
            KilledRun.class.getName(),
            folder.toString(),
            point.step().name(),
            Integer.toString(revision)));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(point + " goes on and on: " + Files.readString(output, UTF_8));
    }
    int code = process.exitValue();
    if (code != 0 && code != 137) {
      throw new AssertionError(
          point + " ended with " + code + ": " + Files.readString(output, UTF_8));
    }
    return code == 137;
  }
}
