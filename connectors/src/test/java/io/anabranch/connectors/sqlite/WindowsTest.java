/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.DeadLetter.Kind;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.ReadRequest;
import io.anabranch.catalog.ViewStatus;
import io.anabranch.catalog.transition.SlicePlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rows of windows, and events that did not come in time for them. */
class WindowsTest extends OpenStore {
  @Test
  void windowsOfOneStartAndDifferentLengthsAreDifferentRows() {
    Stores.batch(store, 5, window(5, 0, 10, "a"), window(5, 0, 20, "a"), window(5, 0, 10, "a"));
    Stores.speed(store, window(6, 0, 30, "a"));

    List<String> rows = new ArrayList<>();
    store.read(
        VIEW, Stores.ALL, row -> rows.add(row.speed() + " " + row.bucket() + " " + row.length()));

    assertThat(rows, containsInAnyOrder("false 0 10", "false 0 20", "true 0 30"));
  }

  @Test
  void foldKeepsWindowsOfDifferentLengthsApart() {
    OpenSlice first = Stores.batch(store, 5, window(5, 0, 10, "a"));
    OpenSlice next = Stores.next(store, 5, 6, window(6, 0, 20, "a"));

    List<Long> lengths = new ArrayList<>();
    store.scan(VIEW, List.of(first.rows(), next.rows()), row -> lengths.add(row.length()));

    assertThat(lengths, contains(10L, 20L));
  }

  @Test
  void windowsThatComeOnceTheRunIsToStopAreLeftOut() {
    OpenSlice speed = Stores.speed(store);
    store.writeWindows(speed, List.of(window(6, 0, 10, "before")));
    store.suspend(speed.run());

    store.writeWindows(speed, List.of(window(7, 0, 10, "after")));

    List<String> keys = new ArrayList<>();
    store.read(VIEW, Stores.ALL, row -> keys.add(new String(row.key(), UTF_8)));
    assertThat(keys, contains("before"));
    assertThat("it tells no lie either", store.rowsWritten(speed.run()), is(1L));
  }

  @Test
  void lateEventsCountUntilABatchVersionCountsThemIn() {
    OpenSlice slice =
        store
            .openBatch(
                store.beginRun("batch"),
                List.of(
                    new SlicePlan(
                        ref(VIEW, 1), new EpochRange(Epochs.NONE, 5), OptionalLong.of(100))))
            .get(0);
    store.publish(List.of(slice));
    Stores.next(store, 5, 6); // which counts nothing in
    Stores.letters(
        store,
        List.of(
            late(VIEW, 1, 100), // counted by the version below
            late(VIEW, 1, 101), // its windows are not all the version's
            late(VIEW, 6, 50), // of an epoch that the version did not see
            late("other", 1, 500),
            new DeadLetter(new LogPlace(1, "s", 9), "no digit", new byte[0])));

    assertThat(late(Optional.empty(), Optional.empty()), is(2L));
    assertThat(late(Optional.of(51L), Optional.empty()), is(1L));
    assertThat(late(Optional.empty(), Optional.of(101L)), is(1L));
    assertThat(store.live(VIEW).orElseThrow().wholeThrough(), is(5L));
    ViewStatus status = store.status().get(0);
    assertThat("of all letters of the view", status.late(), is(3L));
    assertThat(store.deadLetterCount(), is(1L));
  }

  @Test
  void lateEventIsListedOnceForEachView() {
    store.publish(
        store.openBatch(
            store.beginRun("batch"),
            Stream.of(VIEW, "other")
                .map(
                    view ->
                        new SlicePlan(
                            ref(view, 1), new EpochRange(Epochs.NONE, 1), OptionalLong.empty()))
                .toList()));
    Stores.letters(store, List.of(late(VIEW, 1, 100), late("other", 1, 100)));
    Stores.letters(store, List.of(late(VIEW, 1, 100)));

    assertThat(store.deadLetters(EnumSet.allOf(Kind.class), 9), hasSize(2));
    assertThat(
        store.deadLetters(Set.of(Kind.LATE), 9),
        containsInAnyOrder(late(VIEW, 1, 100), late("other", 1, 100)));
    assertThat(store.deadLetters(Set.of(Kind.EARLY), 9), hasSize(0));
    assertThat(store.deadLetterCount(Set.of(Kind.LATE)), is(2L));
  }

  private long late(Optional<Long> from, Optional<Long> to) {
    ReadRequest request =
        new ReadRequest(
            from.map(Instant::ofEpochMilli),
            to.map(Instant::ofEpochMilli),
            Set.of(),
            Optional.empty());
    return store.read(VIEW, request, row -> {}).orElseThrow().late();
  }

  private static DeadLetter late(String view, long epoch, long time) {
    return new DeadLetter(
        new LogPlace(epoch, "segment-" + epoch, time),
        Kind.LATE,
        Optional.of(view),
        Optional.of(Instant.ofEpochMilli(time)),
        "late",
        new byte[] {1});
  }

  private static StoredRow window(long epoch, long start, long length, String key) {
    return new StoredRow(epoch, start, length, key.getBytes(UTF_8), key, new byte[] {1}, 1);
  }
}
