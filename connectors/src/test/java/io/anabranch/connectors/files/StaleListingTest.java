/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.LogView;
import io.anabranch.connectors.files.folder.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clock of the file system stands still, as that of another machine may: a reader sees the log
 * as it was at some moment, never with a gap, and never an epoch closed that lacks a segment.
 */
class StaleListingTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final Clock CLOCK = Clock.fixed(START, ZoneOffset.UTC);

  @TempDir Path folder;

  @Test
  void readerSeesTheLogAsItWasAndClosedEpochsWhole() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    FilesLog log = Logs.open(folder, CLOCK);
    LogFolder reader = Logs.folder(folder, log, CLOCK);
    Instant time = START;
    long last = 0;
    long behind = 0;
    for (int step = 0; step < 1_000; step++) {
      String scenario = "step " + step + ", seed " + seed;
      if (random.nextInt(20) == 0) {
        time = time.plus(Duration.ofHours(1));
        log.closeThrough(time);
      }
      if (random.nextBoolean()) {
        Instant at = time.plus(Duration.ofHours(random.nextInt(3)));
        log.append(List.of(Logs.input("x", "x\n")), Optional.of(at));
      }
      stopTheClock();
      LogView view = reader.look(1);
      LogView now = Logs.folder(folder, log, CLOCK).look(1);

      assertThat(
          scenario,
          view.segments().stream().map(Segment::sequence).toList(),
          equalTo(LongStream.rangeClosed(1, view.lastSequence()).boxed().toList()));
      assertThat(scenario, view.closedThrough(), equalTo(now.closedThrough()));
      assertThat(
          scenario,
          view.segments(),
          hasItems(
              now.segments().stream()
                  .filter(segment -> segment.epoch() <= view.closedThrough())
                  .toArray(Segment[]::new)));
      assertThat(scenario, view.lastSequence(), greaterThanOrEqualTo(last));
      assertThat(scenario, view.lastSequence(), lessThanOrEqualTo(now.lastSequence()));
      behind += now.lastSequence() - view.lastSequence();
      last = view.lastSequence();
    }
    assertThat("the listings were stale", behind, greaterThan(100L));
  }

  private void stopTheClock() throws IOException {
    try (Stream<Path> epochs = Files.list(folder.resolve("epochs"))) {
      for (Path epoch : epochs.toList()) {
        Files.setLastModifiedTime(epoch, FileTime.from(START));
      }
    }
    Files.setLastModifiedTime(folder.resolve("epochs"), FileTime.from(START));
  }
}
