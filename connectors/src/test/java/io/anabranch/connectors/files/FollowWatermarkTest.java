/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.anabranch.api.spi.log.FollowRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.junit.jupiter.api.Test;

/**
 * The watermark is what the product rests on: a window that expires with its epoch loses nothing.
 */
class FollowWatermarkTest extends OpenLog {
  @Test
  void standsWhileNoEpochIsClosed() throws Exception {
    Logs.stated(log, "2026-01-01T09:00:00Z", "a\n");

    try (FollowReader reader = reader(1).get(0)) {
      drain(reader);
      assertThat(reader.getWatermark(), equalTo(BoundedWindow.TIMESTAMP_MIN_VALUE));

      Logs.stated(log, "2026-01-01T08:00:00Z", "b\n"); // that is why
      assertThat(drain(reader), equalTo(1));
    }
  }

  @Test
  void reachesTheEndOfAClosedEpochOnceItIsRead() throws Exception {
    Logs.stated(log, "2026-01-01T09:15:00Z", "a\n");
    Logs.stated(log, "2026-01-01T08:15:00Z", "b\n");
    log.closeThrough(Instant.parse("2026-01-01T10:00:00Z"));

    try (FollowReader reader = reader(1).get(0)) {
      reader.start();
      assertWatermark(reader, "2026-01-01T08:15:00Z"); // b, of an earlier epoch, is still to come
      reader.advance();
      assertWatermark(reader, "2026-01-01T08:15:00Z"); // the runner may not have b yet
      reader.advance();
      assertWatermark(reader, "2026-01-01T10:00:00Z");
    }
  }

  @Test
  void followsTheTimeOfAppendInsideTheOpenEpoch() throws Exception {
    try (FollowReader reader = reader(1).get(0)) {
      Logs.live(log, "a\n");
      drain(reader);
      assertWatermark(reader, "2026-01-01T10:30:00Z");

      clock.set(Instant.parse("2026-01-01T10:45:00Z"));
      Logs.live(log, "b\n");
      drain(reader);
      assertWatermark(reader, "2026-01-01T10:45:00Z");
    }
  }

  @Test
  void heldBackItStandsThatLongBeforeTheBeginningOfItsEpoch() throws Exception {
    FollowSource heldBack =
        source(FollowRequest.fromTheBeginning().heldBack(Duration.ofMinutes(7)));
    try (FollowReader reader = heldBack.createReader(PipelineOptionsFactory.create(), null)) {
      Logs.stated(log, "2026-01-01T09:15:00Z", "a\n");
      drain(reader);
      assertThat(reader.getWatermark(), equalTo(BoundedWindow.TIMESTAMP_MIN_VALUE));

      Logs.live(log, "b\n"); // which closes what was before
      drain(reader);
      assertWatermark(reader, "2026-01-01T09:53:00Z");
      clock.set(Instant.parse("2026-01-01T10:45:00Z"));
      Logs.live(log, "an event of 09:53 may be in it still\n");
      drain(reader);
      assertWatermark(reader, "2026-01-01T09:53:00Z");

      clock.set(Instant.parse("2026-01-01T15:20:00Z"));
      drain(reader);
      assertWatermark(reader, "2026-01-01T14:53:00Z");
    }
  }

  @Test
  void stopsBeforeTheEndOfAnOpenEpoch() throws Exception {
    Logs.live(log, "a\n");
    clock.set(Instant.parse("2026-01-01T11:00:05Z")); // the epoch is over, its grace is not
    Logs.live(log, "b\n");

    try (FollowReader reader = reader(1).get(0)) {
      drain(reader);
      assertWatermark(reader, "2026-01-01T10:59:59.997Z");

      clock.set(Instant.parse("2026-01-01T11:00:10Z"));
      drain(reader);
      assertWatermark(reader, "2026-01-01T11:00:05Z");
    }
  }

  @Test
  void movesOnWithTheClockInAnIdleLog() throws Exception {
    Logs.live(log, "a\n");

    try (FollowReader reader = reader(1).get(0)) {
      drain(reader);
      clock.set(Instant.parse("2026-01-01T15:20:00Z"));
      drain(reader);
      assertWatermark(reader, "2026-01-01T15:00:00Z");
    }
  }

  @Test
  void doesNotRunBackInARestoredReader() throws Exception {
    Logs.live(log, "a\n");
    FollowMark mark;
    try (FollowReader reader = reader(1).get(0)) {
      drain(reader);
      mark = reader.getCheckpointMark();
    }

    try (FollowReader restored = source().createReader(PipelineOptionsFactory.create(), mark)) {
      assertWatermark(restored, "2026-01-01T10:30:00Z");
    }
  }

  /**
   * Random histories of appends, stated and live, closing, time, reading and restoring, by several
   * splits: checks each split's watermark after each step against what the log then was.
   */
  @Test
  void neverPassesTheEndOfAnEpochThatIsOpenOrNotGivenOut() throws Exception {
    for (long seed = 0; seed < 120; seed++) {
      new RandomHistory(folder.resolve("log-" + seed), clock, seed).run();
    }
  }

  private FollowSource source() {
    return source(FollowRequest.fromTheBeginning());
  }

  private FollowSource source(FollowRequest request) {
    return FollowSource.of(Logs.folder(folder, log, clock), request).forTests(1 << 10);
  }

  private List<FollowReader> reader(int splits) {
    return source().split(splits, null).stream()
        .map(split -> split.createReader(PipelineOptionsFactory.create(), null))
        .toList();
  }

  private static int drain(FollowReader reader) throws Exception {
    int batches = 0;
    while (reader.advance()) {
      batches += reader.getCurrent().size() > 0 ? 1 : 0;
    }
    return batches;
  }

  private static void assertWatermark(FollowReader reader, String time) {
    assertThat(
        reader.getWatermark().toString(),
        equalTo(org.joda.time.Instant.ofEpochMilli(Instant.parse(time).toEpochMilli()).toString()));
  }
}
