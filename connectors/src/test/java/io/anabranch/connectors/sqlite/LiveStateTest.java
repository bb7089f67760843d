/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.api.Epochs.NONE;
import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.LiveState;
import io.anabranch.catalog.LiveState.LiveSlice;
import io.anabranch.catalog.ReadRequest;
import io.anabranch.contracts.TestClock;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes with the rows of an answer. */
class LiveStateTest extends OpenStore {
  private final TestClock clock = new TestClock();

  @Override
  TestStore open(Path path) {
    return Stores.open(path, clock);
  }

  @Test
  void logIsUnknownUntilARunTellsOfIt() {
    Stores.batch(store, 5);
    store.heartbeat(
        store.beginRun("batch"),
        "log-b",
        new LogEnd(LogPosition.of("log", 1), 5, 1, 7, NONE)); // another log

    assertThat(state().log(), is(Optional.empty()));
  }

  @Test
  void logIsAsItWasReported() {
    Stores.batch(store, 5);

    store.heartbeat(
        store.beginRun("batch"), "log-a", new LogEnd(LogPosition.of("log", 9), -5, -7, 9, NONE));

    assertThat(
        state().log(), is(Optional.of(new LogEnd(LogPosition.of("log", 9), -5, -7, 9, NONE))));
  }

  @Test
  void logNeverMovesBackwards() {
    Stores.batch(store, 5);
    long run = store.beginRun("batch");
    LogEnd told = new LogEnd(LogPosition.START, 5, 1, 7, NONE);
    store.heartbeat(run, "log-a", told);

    store.heartbeat(run, "log-a", new LogEnd(LogPosition.START, 4, 2, 6, NONE));
    assertThat("a slow run tells of the past", state().log(), is(Optional.of(told)));

    store.heartbeat(run, "log-a", new LogEnd(LogPosition.START, NONE, Long.MAX_VALUE, NONE, NONE));
    assertThat("an empty log", state().log(), is(Optional.of(told)));

    store.heartbeat(run, "log-a", new LogEnd(LogPosition.START, 6, -1, 8, NONE));
    assertThat(
        "it grows on both sides",
        state().log(),
        is(Optional.of(new LogEnd(LogPosition.START, 6, -1, 8, NONE))));
  }

  @Test
  void emptyLogIsReported() {
    Stores.batch(store, 5);
    LogEnd empty = new LogEnd(LogPosition.START, NONE, Long.MAX_VALUE, NONE, NONE);

    store.heartbeat(store.beginRun("batch"), "log-a", empty);

    assertThat(state().log(), is(Optional.of(empty)));
  }

  @Test
  void slicesAreThoseThatAnswerWithTheTimeOfTheirLastRow() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    final Instant first = clock.instant();
    clock.advance(Duration.ofMinutes(1));
    List<Long> slices =
        List.of(
            Stores.next(store, 5, 6, row(6, 0, "a", 1)).rows(),
            Stores.next(store, 6, 7, row(7, 0, "a", 1)).rows());
    OpenSlice speed = Stores.speed(store, row(8, 0, "a", 2));
    Stores.openNext(store, 7, 9, row(9, 0, "a", 4));
    final Instant folded = clock.instant(); // a fold is as old as what it folds
    clock.advance(Duration.ofMinutes(1));
    store.compact(Stores.fold(store, 7, slices));
    store.write(speed, List.of(row(9, 0, "a", 4)));
    store.complete(speed, 8);
    Instant last = clock.instant();

    assertThat(
        updated(),
        is(
            Map.of(
                new EpochRange(NONE, 5), Optional.of(first),
                new EpochRange(5, 7), Optional.of(folded),
                new EpochRange(7, Long.MAX_VALUE), Optional.of(last))));
    assertThat(
        state().slices().stream().map(slice -> slice.completeThrough().orElseThrow()).toList(),
        containsInAnyOrder(5L, 7L, 8L));
  }

  /** When rows of each slice were last written. */
  private Map<EpochRange, Optional<Instant>> updated() {
    return state().slices().stream()
        .collect(Collectors.toMap(slice -> slice.slice().epochs(), LiveSlice::updated));
  }

  @Test
  void sliceWithoutRowsHasNoTime() {
    store.openStream(store.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA);

    assertThat(updated(), is(Map.of(EpochRange.ALL, Optional.empty())));
    assertThat(state().slices().get(0).completeThrough(), is(OptionalLong.empty()));
    assertThat(state().slices().get(0).slice().follows(), is(true));
  }

  @Test
  void rowsThatAreLeftOutDoNotMakeASliceFresh() {
    OpenSlice speed = Stores.speed(store);
    assertThat("no rows", state().slices().get(0).updated(), is(Optional.empty()));
    store.write(speed, List.of(row(8, 0, "a", 2)));
    final Instant written = clock.instant();
    Stores.batch(store, 7);
    clock.advance(Duration.ofMinutes(1));

    store.write(speed, List.of(row(7, 0, "a", 2))); // absorbed meanwhile
    store.write(speed, List.of());

    assertThat(updated().get(new EpochRange(7, Long.MAX_VALUE)), is(Optional.of(written)));
  }

  @Test
  void whatARunSaysOfCompleteEpochsIsIgnoredOnceItIsAboutToStop() {
    OpenSlice speed = Stores.speed(store);
    OpenSlice kappa = store.openStream(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);
    store.complete(speed, 3);

    store.suspend(speed.run());
    store.complete(speed, 1_000_000);
    store.complete(kappa, 4);

    assertThat(state().view().completeThrough(), is(3L));
    assertThat(state().slices().get(0).completeThrough(), is(OptionalLong.of(3)));
    assertThat("of another run", store.live("k").orElseThrow().completeThrough(), is(4L));
    store.write(speed, List.of(row(4, 0, "a", 1))); // it still writes what it has
    OpenSlice next = Stores.speed(store);
    assertThat("the next run begins there", next.after(), is(3L));
    store.complete(next, 5);
    assertThat("and is heard", state().view().completeThrough(), is(5L));
  }

  /** Epochs are hours; there is one letter in each of the epochs -2, -1, 0 and 1. */
  @ParameterizedTest
  @CsvSource({
    "-1000000000-01-01T00:00:00Z, 4",
    "1969-12-31T21:59:59.999Z, 4",
    "1969-12-31T22:00:00Z, 4",
    "1969-12-31T22:59:59.999Z, 4",
    "1969-12-31T23:00:00Z, 3",
    "1969-12-31T23:59:59.999Z, 3",
    "1970-01-01T00:00:00Z, 2",
    "1970-01-01T00:59:59.999Z, 2",
    "1970-01-01T01:00:00Z, 1",
    "1970-01-01T02:00:00Z, 0",
    "+1000000000-12-31T23:59:59.999999999Z, 0"
  })
  void deadLettersAreThoseOfTheEpochsFromTheRangeOn(String from, long letters) {
    Stores.batch(store, 5);
    Stores.letters(store, List.of(letter(-2), letter(-1), letter(0), letter(1)));

    ReadRequest request =
        new ReadRequest(
            Optional.of(Instant.parse(from)),
            Optional.of(Instant.parse(from)), // no bucket at all
            Set.of("a"),
            Optional.empty());

    assertThat(state(request).undecodable(), is(letters));
  }

  @Test
  void withoutARangeAllDeadLettersCount() {
    Stores.batch(store, 7_000);
    assertThat(state().undecodable(), is(0L));

    Stores.letters(store, List.of(letter(-2), letter(7_000)));

    assertThat(state().undecodable(), is(2L));
  }

  private LiveState state() {
    return state(Stores.ALL);
  }

  private LiveState state(ReadRequest request) {
    return store.read(VIEW, request, row -> {}).orElseThrow();
  }

  private static DeadLetter letter(long epoch) {
    return new DeadLetter(
        new LogPlace(epoch, "segment" + epoch, 0), "no digit", "x".getBytes(UTF_8));
  }
}
