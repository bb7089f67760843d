/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClosingTest extends OpenLog {
  @Test
  void closesEpochsWhoseEndIsAtOrBeforeTheTime() {
    assertThat(close("2026-01-01T08:59:59.999Z"), equalTo(epoch("2026-01-01T07:00:00Z")));
    assertThat(close("2026-01-01T09:00:00Z"), equalTo(epoch("2026-01-01T08:00:00Z")));
    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T08:00:00Z")));
  }

  @Test
  void neverMovesBackwards() {
    close("2026-01-01T09:00:00Z");

    assertThat(close("2020-01-01T00:00:00Z"), equalTo(epoch("2026-01-01T08:00:00Z")));
    assertThat(log.closeThrough(Instant.MIN), equalTo(epoch("2026-01-01T08:00:00Z")));
  }

  @Test
  void timeBeforeEverythingClosesNothing() throws Exception {
    assertThat(log.closeThrough(Instant.MIN), equalTo(Epochs.NONE));
    assertThat(Files.size(folder.resolve("closed")), equalTo(0L));
  }

  @Test
  void epochsBefore1970Close() {
    assertThat(close("1969-12-31T23:00:00Z"), equalTo(-2L));
    assertThat(log.end().closedThrough(), equalTo(-2L));
  }

  @Test
  void timeAfterTheCalendarIsRefused() {
    assertThrows(UserException.class, () -> log.closeThrough(Instant.MAX));
  }

  @Test
  void closedEpochRefusesRecords() {
    close("2026-01-01T09:00:00Z");

    UserException problem =
        assertThrows(UserException.class, () -> Logs.stated(log, "2026-01-01T08:30:00Z", "a\n"));

    assertThat(
        problem.getMessage(),
        allOf(
            containsString("[2026-01-01T08:00:00Z, 2026-01-01T09:00:00Z)"),
            containsString("starts at 2026-01-01T09:00:00Z")));
    assertThat(log.end().isEmpty(), is(true));
    assertThat(Logs.files(folder).stream().noneMatch(f -> f.startsWith("staging")), is(true));
    Logs.stated(log, "2026-01-01T09:00:00Z", "a\n");
  }

  @Test
  void presentTimeInAClosedEpochIsRefused() {
    close("2026-01-01T12:00:00Z");

    LogException problem = assertThrows(LogException.class, () -> Logs.live(log, "a\n"));

    assertThat(
        problem.getMessage(), containsString("the log is closed through 2026-01-01T12:00:00Z"));
    assertThat(problem.code(), is(LogException.Code.CLOCK_BEHIND));
    assertThat(
        problem.times(),
        contains(Instant.parse("2026-01-01T12:00:00Z"), Instant.parse("2026-01-01T13:00:00Z")));
    Logs.stated(log, "2026-01-01T12:00:00Z", "a\n"); // to append there loses nothing
  }

  @Test
  void clockThatIsFarAheadClosesNothingAndAppendsNothing() {
    Logs.live(log, "a\n");
    clock.advance(Duration.ofDays(3650));

    LogException problem = assertThrows(LogException.class, () -> Logs.live(log, "b\n"));

    assertThat(problem.getMessage(), containsString("PT720H"));
    assertThat(problem.code(), is(LogException.Code.CLOCK_AHEAD));
    assertThat(problem.times(), contains(clock.instant()));
    clock.advance(Duration.ofDays(-3650));
    Logs.live(log, "c\n"); // others go on
    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T09:00:00Z")));
  }

  @Test
  void logThatRestedForLongGoesOnWithAStatedTime() {
    Logs.live(log, "a\n");
    clock.advance(Duration.ofDays(365));

    Logs.stated(log, clock.instant().toString(), "b\n");
    Logs.live(log, "c\n");

    assertThat(log.end().closedThrough(), equalTo(log.epochs().at(clock.instant()) - 1));
  }

  @Test
  void closedIsKeptAcrossOpenings() {
    close("2026-01-01T09:00:00Z");

    assertThat(
        Logs.open(folder, clock).end().closedThrough(), equalTo(epoch("2026-01-01T08:00:00Z")));
  }

  @Test
  void epochClosesByItselfWhenItsEndAndTheGraceAreOver() {
    Logs.live(log, "a\n");

    clock.set(Instant.parse("2026-01-01T11:00:09.999Z"));
    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T09:00:00Z")));

    clock.set(Instant.parse("2026-01-01T11:00:10Z"));
    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T10:00:00Z")));
  }

  @Test
  void nothingClosesByItselfInALogWithoutRecords() {
    assertThat(log.end().closedThrough(), equalTo(Epochs.NONE));
  }

  @Test
  void nothingClosesByItselfWhileHistoryIsLoaded() {
    Logs.stated(log, "2015-05-21T00:00:00Z", "a\n");
    assertThat(log.end().closedThrough(), equalTo(Epochs.NONE));

    Logs.stated(log, "2014-05-21T00:00:00Z", "b\n");
    assertThat(log.end().closedThrough(), equalTo(Epochs.NONE));
  }

  @Test
  void historyIsClosedOnceTheLogFollowsTheClock() {
    Logs.stated(log, "2015-05-21T00:00:00Z", "a\n");
    Logs.live(log, "b\n");

    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T09:00:00Z")));
    assertThrows(UserException.class, () -> Logs.stated(log, "2015-05-21T00:00:00Z", "c\n"));
  }

  @Test
  void whatClosedByItselfStaysClosedWhenTheClockIsSetBack() {
    Logs.live(log, "a\n");
    clock.set(Instant.parse("2026-01-01T12:30:00Z"));
    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T11:00:00Z")));

    clock.set(Instant.parse("2026-01-01T11:30:00Z"));

    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T11:00:00Z")));
    assertThrows(UserException.class, () -> Logs.live(log, "b\n"));
  }

  /** The stated append makes the log one that closes nothing: what was due before stays closed. */
  @Test
  void whatWasDueStaysClosedWhenAStatedAppendFollows() {
    Logs.live(log, "a\n");
    clock.set(Instant.parse("2026-01-01T12:30:00Z"));

    Logs.stated(log, "2026-01-01T12:00:00Z", "b\n");

    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T11:00:00Z")));
    assertThrows(UserException.class, () -> Logs.stated(log, "2026-01-01T10:45:00Z", "c\n"));
  }

  @Test
  void readerThatMayNotWriteSeesWhatOthersClosed() throws Exception {
    Logs.live(log, "a\n");
    log.end();
    clock.set(Instant.parse("2026-01-01T12:30:00Z"));
    Files.delete(folder.resolve("lock"));
    Files.createDirectory(folder.resolve("lock")); // as good as no permission, for root too

    assertThat(log.end().closedThrough(), equalTo(epoch("2026-01-01T09:00:00Z")));
  }

  @Test
  void secondsLongEpochsClose() {
    Path path = folder.resolve("other");
    FilesLog seconds = Logs.open(path, Duration.ofMillis(1500), Duration.ZERO, clock);
    Logs.live(seconds, "a\n");

    clock.advance(Duration.ofSeconds(3));

    assertThat(seconds.end().closedThrough(), equalTo(Math.floorDiv(clock.millis(), 1500L) - 1));
  }

  private long close(String time) {
    return log.closeThrough(Instant.parse(time));
  }

  private long epoch(String time) {
    return log.epochs().at(Instant.parse(time));
  }
}
