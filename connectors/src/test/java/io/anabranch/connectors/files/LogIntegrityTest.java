/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochChange.Kind;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.Segment;
import io.anabranch.connectors.files.folder.SegmentFiles;
import io.anabranch.contracts.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs that were trimmed, damaged, or restored from a backup. */
class LogIntegrityTest {
  @TempDir Path temporary;
  private final TestClock clock = new TestClock("2026-01-01T10:30:00Z");
  private Path folder;
  private FilesLog log;

  @BeforeEach
  void fill() {
    folder = temporary.resolve("log");
    log = Logs.open(folder, clock);
    Logs.stated(log, "2026-01-01T01:10:00Z", "one\n");
    Logs.stated(log, "2026-01-01T02:10:00Z", "two\n");
    Logs.stated(log, "2026-01-01T02:20:00Z", "three\nfour\n");
    Logs.stated(log, "2026-01-01T03:10:00Z", "five\n");
    log.closeThrough(Instant.parse("2026-01-01T04:00:00Z"));
    Logs.stated(log, "2026-01-01T04:10:00Z", "six\n");
  }

  @Test
  void logThatGoesOnIsTheSame() {
    List<EpochContent> earlier = log.contents(EpochRange.ALL);

    Logs.stated(log, "2026-01-01T04:20:00Z", "seven\n");
    log.closeThrough(Instant.parse("2026-01-01T05:00:00Z"));
    Logs.stated(log, "2026-01-01T05:10:00Z", "eight\n");

    assertThat(log.changes(earlier), is(empty()));
    assertThat(reopened().changes(earlier), is(empty()));
    assertThat(reopened().faults(EpochRange.ALL), is(empty()));
  }

  @Test
  void contentsAreThoseOfTheRange() {
    List<EpochContent> contents = log.contents(EpochRange.ALL);

    assertThat(
        contents.stream().map(EpochContent::epoch).toList(),
        equalTo(List.of(epoch(1), epoch(2), epoch(3), epoch(4))));
    assertThat(
        contents.stream().map(EpochContent::closed).toList(),
        equalTo(List.of(true, true, true, false)));
    assertThat(contents.get(1).parts(), equalTo(2L));
    assertThat(contents.get(1).bytes(), equalTo(15L));
    assertThat(contents.get(1).position(), equalTo("3"));
    assertThat(log.contents(new EpochRange(epoch(1), epoch(2))), equalTo(List.of(contents.get(1))));
    assertThat(log.contents(new EpochRange(epoch(2), epoch(2))), is(empty()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void removedEpochIsNamed(int hour) throws Exception {
    List<EpochContent> earlier = log.contents(EpochRange.ALL);
    Logs.delete(folderOf(hour));

    EpochChange change = only(reopened().changes(earlier));

    assertThat(change.epoch(), equalTo(epoch(hour)));
    assertThat(change.kind(), equalTo(Kind.REMOVED));
    assertThat(
        change.text(), containsString("epoch [2026-01-01T0" + hour + ":00:00Z, 2026-01-01T0"));
    assertThat(reopened().faults(EpochRange.ALL), equalTo(List.of(change)));
    assertThat(reopened().faults(new EpochRange(epoch(hour), epoch(9))), is(empty()));
    assertThat("a process that goes on", log.changes(earlier), equalTo(List.of(change)));
  }

  @Test
  void endThatWasLostIsNoTrimming() throws Exception {
    List<EpochContent> earlier = log.contents(EpochRange.ALL);
    Logs.delete(folderOf(3));
    Logs.delete(folderOf(4));

    List<EpochChange> changes = reopened().changes(earlier);

    assertThat(
        changes.stream().map(EpochChange::kind).toList(),
        equalTo(List.of(Kind.CHANGED, Kind.CHANGED)));
    assertThat(changes.get(1).text(), containsString("the log ends with segment 3"));
  }

  @Test
  void numbersOfSegmentsThatWereLostAreNotGivenAgain() throws Exception {
    log.closeThrough(Instant.parse("2026-01-01T05:00:00Z"));
    Logs.delete(folderOf(4));
    FilesLog after = reopened();

    Logs.stated(after, "2026-01-01T05:10:00Z", "new\n");

    assertThat(after.end().position(), equalTo(Stripes.after(6)));
  }

  @Test
  void otherRecordsInTheSameEpochAreFound() throws Exception {
    Path backup = temporary.resolve("backup");
    copy(folder, backup);
    Logs.stated(log, "2026-01-01T04:30:00Z", "seven\n");
    List<EpochContent> earlier = log.contents(EpochRange.ALL);
    Logs.delete(folder);
    copy(backup, folder);
    FilesLog restored = reopened();

    assertThat(only(restored.changes(earlier)).text(), containsString("held 2 segments"));
    Logs.stated(restored, "2026-01-01T04:30:00Z", "SEVEN\n");
    assertThat(only(restored.changes(earlier)).text(), containsString("now it holds others"));
    assertThat(restored.faults(EpochRange.ALL), is(empty()));
  }

  /** What can happen to the file of a segment. */
  enum Damage {
    CUT {
      @Override
      void apply(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 2));
      }
    },
    EMPTIED {
      @Override
      void apply(Path file) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    LONGER {
      @Override
      void apply(Path file) throws IOException {
        Files.writeString(file, "x\n", StandardOpenOption.APPEND);
      }
    },
    GONE {
      @Override
      void apply(Path file) throws IOException {
        Files.delete(file);
      }
    },
    OVERWRITTEN {
      @Override
      void apply(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[0] ^= 1;
        Files.write(file, bytes);
      }
    };

    abstract void apply(Path file) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void damagedSegmentIsNamed(Damage damage) throws Exception {
    List<EpochContent> earlier = log.contents(EpochRange.ALL);
    Path file = segment(2);
    damage.apply(file);

    if (damage == Damage.GONE) {
      assertThat(only(reopened().changes(earlier)).kind(), equalTo(Kind.CHANGED));
    }
    if (damage != Damage.OVERWRITTEN) { // which only reading finds
      assertThat(only(reopened().faults(EpochRange.ALL)).epoch(), equalTo(epoch(2)));
    }
    if (damage != Damage.GONE) {
      Segment segment = Segment.parse(epoch(2), file.getFileName().toString()).orElseThrow();
      UserException problem =
          assertThrows(UserException.class, () -> SegmentFiles.verify(file, segment));
      assertThat(
          problem.getMessage(), allOf(containsString(file.toString()), containsString("damaged")));
    }
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void followerGivesOutNothingOfADamagedSegment(Damage damage) throws Exception {
    damage.apply(segment(1));
    FollowSource source =
        FollowSource.of(Logs.folder(folder, log, clock), FollowRequest.fromTheBeginning());

    if (damage == Damage.GONE) {
      return; // its name is gone, too: what starts a reader looks at faults() before
    }
    try (FollowReader reader = source.createReader(null, null)) {
      assertThat(
          assertThrows(UserException.class, reader::start).getMessage(),
          containsString("is damaged"));
    }
  }

  @Test
  void followerOfAnEmptyLogMissesWhatWasRemovedBeforeItLookedAgain() throws Exception {
    Path path = temporary.resolve("other");
    FilesLog other = Logs.open(path, clock);
    FollowSource source =
        FollowSource.of(Logs.folder(path, other, clock), FollowRequest.fromTheBeginning());
    FollowMark mark;
    try (FollowReader reader = source.createReader(null, null)) {
      assertThat(reader.start(), is(false));
      mark = reader.getCheckpointMark();
    }
    Logs.stated(other, "2026-01-01T05:10:00Z", "one\n");
    Logs.stated(other, "2026-01-01T06:10:00Z", "two\n");
    Logs.delete(path.resolve("epochs").resolve("2026-01-01T05-00-00Z"));

    try (FollowReader restored = source.createReader(null, mark)) {
      assertThat(
          assertThrows(UserException.class, restored::start).getMessage(),
          containsString("removed before they were read, from segment 1 on"));
    }
  }

  @Test
  void endOfALogStaysWhereItWasIfAllOfItIsRemoved() throws Exception {
    log.closeThrough(Instant.parse("2026-01-01T05:00:00Z"));
    LogPosition before = log.end().position();
    for (int hour = 1; hour <= 4; hour++) {
      Logs.delete(folderOf(hour));
    }

    assertThat(log.end().isEmpty(), is(true));
    assertThat(log.end().position(), equalTo(before));
    try (FollowReader reader =
        FollowSource.of(
                Logs.folder(folder, log, clock), FollowRequest.fromTheBeginning().until(before))
            .createReader(null, null)) {
      reader.start();
      reader.advance();
      assertThat("it ends", reader.getWatermark(), equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE));
    }
  }

  @Test
  void followerPassesOverNothingThatWasRemovedBeforeItWasRead() throws Exception {
    LogFolder followed = Logs.folder(folder, log, clock);
    FollowSource source = FollowSource.of(followed, FollowRequest.fromTheBeginning()).forTests(100);
    try (FollowReader reader = source.createReader(null, null)) {
      for (boolean more = reader.start(); more; ) {
        more = reader.advance();
      }
      Logs.stated(log, "2026-01-01T05:10:00Z", "seven\n");
      Logs.stated(log, "2026-01-01T06:10:00Z", "eight\n");
      Logs.delete(folderOf(5));

      assertThat(
          assertThrows(UserException.class, reader::advance).getMessage(),
          containsString("removed before they were read, from segment 6 on"));
    }
  }

  @Test
  void segmentThatWasPutIntoAClosedEpochIsFound() throws Exception {
    Path from = segment(3);
    Files.copy(from, from.resolveSibling("000000000009-1767232800000-stated-5-00000000.log"));

    assertThat(only(reopened().faults(EpochRange.ALL)).epoch(), equalTo(epoch(3)));

    Path folder = Files.createDirectories(folderOf(0));
    Files.copy(from, folder.resolve("000000000010-1767225600000-stated-5-00000000.log"));
    assertThat(reopened().faults(EpochRange.ALL), hasSize(2));
    assertThat(reopened().faults(EpochRange.ALL).get(0).text(), containsString("held nothing"));
  }

  @Test
  void lineOfAClosingThatACrashCutOffDoesNotCount() throws Exception {
    Path closed = folder.resolve("closed");
    Files.writeString(closed, "{\"closedThrough\":99999", StandardOpenOption.APPEND);
    FilesLog after = reopened();

    assertThat(after.end().closedThrough(), equalTo(epoch(3)));
    after.closeThrough(Instant.parse("2026-01-01T05:00:00Z"));

    assertThat(after.end().closedThrough(), equalTo(epoch(4)));
    assertThat(reopened().end().closedThrough(), equalTo(epoch(4)));
    assertThat(Files.readString(closed, UTF_8).lines().toList(), hasSize(2));
  }

  /** Random logs, of which random parts are lost or changed, against what is known of each. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void everyChangeIsFound(long seed) throws Exception {
    Random random = new Random(seed);
    Path path = temporary.resolve("random");
    FilesLog random1 = Logs.open(path, clock);
    int epochs = random.nextInt(2, 7);
    for (int i = 0; i < 3 * epochs; i++) {
      Instant time =
          Instant.parse("2026-01-01T00:00:00Z")
              .plus(Duration.ofMinutes(random.nextInt(60 * epochs)));
      Logs.stated(random1, time.toString(), "line " + i + "\n");
    }
    random1.closeThrough(
        Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofHours(random.nextInt(epochs + 1))));
    List<EpochContent> earlier = random1.contents(EpochRange.ALL);
    List<Path> files = segments(path);
    Path victim = files.get(random.nextInt(files.size()));
    Damage damage = Damage.values()[random.nextInt(4)];

    assertThat("seed " + seed, Logs.open(path, clock).changes(earlier), is(empty()));
    damage.apply(victim);

    String what = "seed " + seed + ", " + damage + " " + victim;
    FilesLog after = Logs.open(path, clock);
    EpochChange change =
        only(what, damage == Damage.GONE ? after.changes(earlier) : after.faults(EpochRange.ALL));
    assertThat(
        what,
        random1.epochs().start(change.epoch()).toString().replace(':', '-'),
        equalTo(victim.getParent().getFileName().toString()));
  }

  private FilesLog reopened() {
    return Logs.open(folder, clock);
  }

  private static long epoch(int hour) {
    return new Epochs(Logs.HOUR).at(Instant.parse("2026-01-01T0" + hour + ":00:00Z"));
  }

  private Path folderOf(int hour) {
    return folder.resolve("epochs/2026-01-01T0" + hour + "-00-00Z");
  }

  private Path segment(int hour) throws IOException {
    return segments(folderOf(hour)).get(0);
  }

  private static List<Path> segments(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      return new ArrayList<>(
          files.filter(file -> file.toString().endsWith(".log")).sorted().toList());
    }
  }

  private static EpochChange only(List<EpochChange> changes) {
    return only("changes", changes);
  }

  private static EpochChange only(String what, List<EpochChange> changes) {
    assertThat(what, changes, hasSize(1));
    return changes.get(0);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
