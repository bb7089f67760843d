/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.upkeep.Compaction;
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

  /** Every detail of a call. */
  static final String ANY = "";

  /**
   * Where it is killed: at the n-th call of the store of a kind; during it, after a delay, which
   * may be longer than the call.
   *
   * @param detail see {@link Call}, or {@link #ANY}
   */
  record Point(Step step, Call call, String detail, int count, Moment moment) {}

  private KilledRun() {}

  /**
   * Runs the step; arguments: folder of the world, revision of the definition, parts of the point,
   * delay in microseconds.
   */
  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    int revision = Integer.parseInt(args[1]);
    Point point =
        new Point(
            Step.valueOf(args[2]),
            Call.valueOf(args[3]),
            args[4],
            Integer.parseInt(args[5]),
            Moment.valueOf(args[6]));
    Kill kill = new Kill(point, Long.parseLong(args[7]));
    if (point.step() == Step.REPLAY || point.step() == Step.PROMOTE) {
      try (LifeCycle world = new LifeCycle(folder, runner(), Purchases.ALL, kill)) {
        world.runOnly(point.step(), revision);
      }
      System.exit(0);
    }
    try (World world = new World(folder, runner(), kill)) {
      world.views(Purchases.ALL);
      switch (point.step()) {
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
    Path output = folder.resolve("killed-run.out");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1"); // it does not live long
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            KilledRun.class.getName(),
            folder.toString(),
            Integer.toString(revision),
            point.step().name(),
            point.call().name(),
            point.detail(),
            Integer.toString(point.count()),
            point.moment().name(),
            Long.toString(delayMicros)));
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
