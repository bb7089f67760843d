/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import io.anabranch.wiring.run.BatchReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IncrementalBatchTest {
  private static final int EPOCHS = 100;

  @TempDir Path folder;

  @Test
  void runForOneNewEpochReadsOnlyThatEpoch() throws IOException {
    try (World world = world()) {
      for (int hour = 0; hour < EPOCHS; hour++) {
        ingest(world, hour, 2);
      }
      world.closeThrough(History.START.plus(Duration.ofHours(EPOCHS)));
      assertThat(world.runBatch(false).records(), is(2L * EPOCHS));
      ingest(world, EPOCHS, 3);
      world.closeThrough(History.START.plus(Duration.ofHours(EPOCHS + 1)));
      makeUnreadable(EPOCHS);

      BatchReport report = world.runBatch(false);

      long epoch = world.epochs().at(History.START) + EPOCHS;
      assertThat(report.epochs(), is(new EpochRange(epoch - 1, epoch)));
      assertThat(report.records(), is(3L));
      world.learnFromStore();
      world.checkRows("after the incremental run");
      assertThat("dead letters, if the old epochs were read", world.deadLetters(), is(0L));
    }
  }

  @Test
  void nothingNewIsNothingToDo() {
    try (World world = world()) {
      ingestAndClose(world, 0);
      world.runBatch(false);

      BatchReport again = world.runBatch(false);

      assertThat(again.nothingToDo(), is(true));
      assertThat(again.through(), is(world.epochs().at(History.START)));
    }
  }

  @Test
  void secondOfTwoRunsAtOnceSaysSoAndLeavesNothing() {
    try (World world = world()) {
      ingestAndClose(world, 0);
      world.runBatch(false);
      ingestAndClose(world, 1);

      UserException problem =
          assertThrows(
              UserException.class,
              () -> world.runBatch(false, run -> world.runBatch(false))); // the second is faster

      assertThat(problem.getMessage(), containsString("another batch run was faster"));
      world.learnFromStore();
      world.checkRows("after both");
      world.checkNothingHidden("after both");
    }
  }

  @Test
  void stoppedRunLeavesNothing() {
    try (World world = world()) {
      ingestAndClose(world, 0);
      world.runBatch(false);
      ingestAndClose(world, 1);
      Stop stop = new Stop();

      UserException problem =
          assertThrows(UserException.class, () -> world.runBatch(stop, run -> stop.request()));

      assertThat(problem.getMessage(), containsString("was stopped; it leaves nothing"));
      world.learnFromStore();
      world.checkRows("after the stop");
      world.checkNothingHidden("after the stop");
    }
  }

  private static void ingestAndClose(World world, int hour) {
    ingest(world, hour, 2);
    world.closeThrough(History.START.plus(Duration.ofHours(hour + 1L)));
  }

  private World world() {
    return new World(folder, RunnerProfile.of("direct", Map.of()));
  }

  private static void ingest(World world, int hour, int purchases) {
    Purchase purchase =
        new Purchase(History.START.plus(Duration.ofHours(hour)), "ann", "tea", 7 + hour);
    world.ingest(
        History.START.plus(Duration.ofMinutes(60L * hour + 30)),
        Stream.generate(() -> purchase).limit(purchases).toList(),
        List.of());
  }

  /** Overwrites the records of the first epochs by what cannot be decoded, of the same length. */
  private void makeUnreadable(int epochs) throws IOException {
    try (Stream<Path> folders = Files.list(folder.resolve("log/epochs"))) {
      for (Path epoch : folders.sorted().limit(epochs).toList()) {
        try (Stream<Path> segments = Files.list(epoch)) {
          for (Path segment : segments.toList()) {
            byte[] garbage = "?".repeat((int) Files.size(segment)).getBytes(UTF_8);
            Arrays.fill(garbage, garbage.length - 1, garbage.length, (byte) '\n');
            Files.write(segment, garbage);
          }
        }
      }
    }
  }
}
