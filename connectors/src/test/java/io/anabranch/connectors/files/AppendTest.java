/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.AppendableLog.Appended;
import io.anabranch.api.spi.log.AppendableLog.Input;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.LogView;
import io.anabranch.connectors.files.folder.Segment;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AppendTest extends OpenLog {
  private static final String FOLDER = "epochs/2026-01-01T10-00-00Z/";

  @Test
  void emptyLogHasNoEpochs() {
    LogEnd end = log.end();

    assertThat(
        end,
        equalTo(
            new LogEnd(LogPosition.START, Epochs.NONE, Long.MAX_VALUE, Epochs.NONE, Epochs.NONE)));
  }

  @Test
  void appendIsOneSegmentInTheFolderOfItsEpoch() throws Exception {
    Appended appended = Logs.live(log, "a\nb\n");

    long epoch = log.epochs().at(clock.instant());
    String segment = FOLDER + "000000000001-" + clock.millis() + "-live-4-52a4fb0b.log";
    assertThat(appended, equalTo(new Appended(epoch, 2, 4)));
    assertThat(Logs.files(folder), contains("closed", segment, "lock", "log.json"));
    assertThat(Files.readString(folder.resolve(segment)), equalTo("a\nb\n"));
    assertThat(
        log.end(), equalTo(new LogEnd(Stripes.after(1), epoch - 1, epoch, epoch, Epochs.NONE)));
  }

  @Test
  void statedTimeDecidesTheEpoch() {
    Appended appended = Logs.stated(log, "2015-05-21T03:10:00.500Z", "a\n");

    assertThat(appended.epoch(), equalTo(log.epochs().at(Instant.parse("2015-05-21T03:00:00Z"))));
    assertThat(
        Logs.files(folder).get(1),
        equalTo("epochs/2015-05-21T03-00-00Z/000000000001-1432177800500-stated-2-09bde29b.log"));
  }

  @Test
  void sequenceGoesOnAcrossEpochsAndOpenings() {
    Logs.stated(log, "2026-01-01T09:00:00Z", "a\n");
    Logs.stated(log, "2026-01-01T08:00:00Z", "b\n");
    log = Logs.open(folder, clock);
    Logs.live(log, "c\n");

    LogEnd end = log.end();
    assertThat(end.position(), equalTo(Stripes.after(3)));
    assertThat(end.lastEpoch() - end.firstEpoch(), equalTo(2L));
  }

  @Test
  void inputsAreJoinedAndMissingLineEndsAdded() throws Exception {
    Appended appended =
        log.append(
            List.of(Logs.input("a", "1\n\n2"), Logs.input("empty", ""), Logs.input("b", "3\r\n4")),
            Optional.empty());

    assertThat(appended.records(), equalTo(5L));
    assertThat(appended.bytes(), equalTo(10L));
    assertThat(
        Files.readString(folder.resolve(Logs.files(folder).get(1))), equalTo("1\n\n2\n3\r\n4\n"));
  }

  @Test
  void inputThatIsNotThereLeavesNothing() {
    Input missing =
        new Input() {
          @Override
          public String name() {
            return "gone.log";
          }

          @Override
          public InputStream open() throws NoSuchFileException {
            throw new NoSuchFileException("gone.log");
          }
        };

    assertRefused("gone.log", Logs.input("a", "1\n"), missing);
  }

  @Test
  void inputThatBreaksLeavesNothing() {
    assertRefused("bad.log: the disk is on fire", Logs.broken("bad.log", "1\n2\n"));
  }

  @Test
  void lineAsLongAsTheLimitIsAppendedWhole() throws Exception {
    String longest = "x".repeat(Logs.defaults(folder).maxRecord());

    log.append(List.of(Logs.input("a", "1\n" + longest + "\n2"), input(longest)), Optional.empty());

    assertThat(
        Files.readString(folder.resolve(Logs.files(folder).get(1))),
        equalTo("1\n" + longest + "\n2\n" + longest + "\n"));
  }

  @Test
  void refusesLineLongerThanTheLimitWithItsNumber() {
    String tooLong = "x".repeat(Logs.defaults(folder).maxRecord() + 1);

    assertRefused(
        "line 2 of b is longer than 1MiB, which log.maxRecord allows",
        Logs.input("a", "1\n2\n3\n"),
        Logs.input("b", "1\n" + tooLong + "\n3\n"));
    assertRefused("up to 256MiB", input(tooLong));
    assertRefused("line 8 of c is longer", Logs.part("c", 7, "7\n" + tooLong));
  }

  /** It would not fit into memory, and does not end. */
  @Test
  void refusesLineWithoutAnEndBeforeItIsReadWhole() {
    Input endless =
        new Input() {
          @Override
          public String name() {
            return "endless.log";
          }

          @Override
          public InputStream open() {
            return new InputStream() {
              @Override
              public int read() {
                return 'x';
              }
            };
          }
        };

    assertRefused("line 1 of endless.log is longer", endless);
  }

  @Test
  void limitIsThatOfTheSettings() {
    LogSettings settings =
        new LogSettings(
            folder, Optional.empty(), Duration.ZERO, Logs.defaults(folder).maxClockJump(), 2_000);
    log = LogOpener.open(settings, clock);

    assertThat(log.maxRecord(), equalTo(2_000));
    assertRefused("line 1 of a is longer than 2000B", input("x".repeat(2_001)));
    assertThat(log.append(List.of(input("x".repeat(2_000))), Optional.empty()).records(), is(1L));
  }

  @Test
  void inputsWithoutALineAreRefused() {
    assertRefused("a, b holds no line", Logs.input("a", ""), Logs.input("b", ""));
    assertRefused("no input holds no line");
  }

  @Test
  void timeOutsideTheCalendarIsRefused() {
    assertThrows(
        UserException.class,
        () -> log.append(List.of(Logs.input("a", "1\n")), Optional.of(Instant.MAX)));
    assertThrows(
        UserException.class,
        () -> log.append(List.of(Logs.input("a", "1\n")), Optional.of(Instant.MIN)));
  }

  @Test
  void folderThatVanishedIsSaidSo() throws Exception {
    Files.delete(folder.resolve("log.json"));
    Files.delete(folder.resolve("lock"));
    Files.delete(folder.resolve("closed"));
    Files.delete(folder.resolve("epochs"));
    Files.delete(folder.resolve("staging"));
    Files.delete(folder);
    Files.writeString(folder, "a file now");

    UserException problem = assertThrows(UserException.class, () -> Logs.live(log, "a\n"));

    assertThat(
        problem.getMessage(),
        allOf(containsString("cannot be written"), containsString(folder.toString())));
    assertThat(
        assertThrows(UserException.class, log::end).getMessage(), containsString("cannot be read"));
    Files.delete(folder);
  }

  @Test
  void whatACrashLeftInStagingIsNoPartOfTheLog() throws Exception {
    Logs.live(log, "a\n");
    Files.writeString(folder.resolve("staging/4fd0"), "half a li");

    assertThat(Logs.open(folder, clock).end().position(), equalTo(Stripes.after(1)));
    Logs.live(log, "b\n");
    assertThat(log.end().position(), equalTo(Stripes.after(2)));
  }

  @Test
  void strangeFilesInTheFolderAreIgnored() throws Exception {
    Logs.live(log, "a\n");
    Files.writeString(folder.resolve(FOLDER + "notes.txt"), "x");
    Files.writeString(folder.resolve("epochs/2026-01-01T09-00-00Z"), "no folder");
    Files.createDirectories(folder.resolve("epochs/2026-01-01T09-30-00Z"));
    Files.createDirectories(folder.resolve("epochs/other"));

    assertThat(log.end().position(), equalTo(Stripes.after(1)));
  }

  @Test
  void appendsOfSeveralThreadsAreSeenInTheirOrderAndWithoutAGap() throws Exception {
    int writers = 3;
    int appends = 40;
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        FilesLog mine = Logs.open(folder, clock);
        Instant at = clock.instant().minus(Duration.ofHours(w));
        running.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < appends; i++) {
                    mine.append(List.of(Logs.input("x", "x\n")), Optional.of(at));
                  }
                }));
      }
      LogFolder reader = Logs.folder(folder, log, clock);

      boolean done = false;
      while (!done) {
        done = running.stream().allMatch(Future::isDone);
        LogView view = reader.look(0);
        assertThat(
            view.segments().stream().map(Segment::sequence).toList(),
            equalTo(LongStream.rangeClosed(1, view.lastSequence()).boxed().toList()));
      }
      for (Future<?> writer : running) {
        writer.get();
      }
    } finally {
      pool.shutdownNow();
    }

    assertThat(log.end().position(), equalTo(Stripes.after((long) writers * appends)));
  }

  private static Input input(String text) {
    return Logs.input("a", text);
  }

  private void assertRefused(String what, Input... inputs) {
    UserException problem =
        assertThrows(UserException.class, () -> log.append(List.of(inputs), Optional.empty()));

    assertThat(problem.getMessage(), containsString(what));
    assertThat(Logs.files(folder), contains("closed", "lock", "log.json"));
    assertThat(log.end().isEmpty(), is(true));
  }

  @Test
  void sizeIsThatOfTheRecordsOfARangeWithTheirLineEnds() {
    Logs.stated(log, "2026-01-01T10:30:00Z", "one\nthree\n");
    Logs.stated(log, "2026-01-01T10:40:00Z", "x");
    Logs.stated(log, "2026-01-01T12:30:00Z", "four\n");
    long first = log.end().firstEpoch();

    assertThat(log.size(EpochRange.ALL), is(new LogSize(2, LogDistance.bytes(17))));
    assertThat(
        log.size(new EpochRange(Epochs.NONE, first)), is(new LogSize(1, LogDistance.bytes(12))));
    assertThat(
        log.size(new EpochRange(first, first + 1)), is(new LogSize(0, LogDistance.bytes(0))));
  }
}
