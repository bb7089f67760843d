/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.ReadRequest;
import io.anabranch.catalog.ViewState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadTest extends OpenStore {
  @Test
  void viewThatWasNeverComputedHasNoPointerAndNoRows() {
    List<Object> rows = new ArrayList<>();

    assertThat(store.read(VIEW, Stores.ALL, rows::add), is(Optional.empty()));
    assertThat(rows, empty());
  }

  @Test
  void pointerComesWithTheRowsAndAlsoWithoutAny() {
    Stores.batch(store, 5);
    speed();

    assertThat(
        store.read(VIEW, Stores.ALL, row -> {}).map(state -> state.view().catalog()),
        is(store.live(VIEW).map(ViewState::catalog)));
  }

  @Test
  void speedRowsAtOrBelowTheLineAreIgnored() {
    store.write(speed(), List.of(row(4, 0, "a", 1), row(5, 0, "a", 2), row(6, 0, "a", 4)));
    Stores.batch(store, 5, row(5, 0, "a", 3));

    assertThat(Stores.read(store), contains("batch 0 a=3", "speed 0 a=4"));
  }

  @Test
  void rowsOutsideOfTheirSliceAreIgnored() {
    Stores.batch(store, 5, row(5, 0, "a", 3), row(6, 0, "a", 100));
    OpenSlice speed = speed();
    store.write(speed, List.of(row(5, 0, "a", 100), row(6, 0, "a", 4)));

    assertThat(Stores.read(store), contains("batch 0 a=3", "speed 0 a=4"));
  }

  @Test
  void epochsBefore1970Count() {
    store.write(speed(), List.of(row(-6, 0, "a", 1), row(-5, 0, "a", 2), row(-4, -3, "a", 4)));
    Stores.batch(store, -5, row(-5, 0, "a", 3));

    assertThat(Stores.read(store), contains("batch 0 a=3", "speed -3 a=4"));
  }

  @Test
  void slicesThatWereNotPromotedAreIgnored() {
    OpenSlice hidden =
        store.openBatch(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(Epochs.NONE, 5));
    store.write(hidden, List.of(row(5, 0, "a", 100)));
    store.write(speed(), List.of(row(1, 0, "a", 1)));

    assertThat(Stores.read(store), contains("speed 0 a=1"));
  }

  @Test
  void hiddenSlicesOfTheLiveVersionAreIgnored() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.openNext(store, 5, 7, row(7, 0, "a", 100));

    assertThat(Stores.read(store), contains("batch 0 a=1"));
  }

  @Test
  void rowsOfOtherViewsAreIgnored() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice other =
        store.openStream(store.beginRun("speed"), ref("other", 1), Architecture.LAMBDA);
    store.write(other, List.of(row(9, 0, "a", 100)));

    assertThat(Stores.read(store), contains("batch 0 a=1"));
  }

  @Test
  void kappaServesAllRowsOfItsOneVersionAsBatch() {
    OpenSlice slice = store.openStream(store.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA);
    store.write(slice, List.of(row(-1, 0, "a", 1), row(1_000, 0, "a", 2), row(7, 3, "b", 3)));
    store.complete(slice, 7);

    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2", "batch 3 b=3"));
    assertThat(store.live(VIEW).orElseThrow().base().getAsLong(), is(slice.version()));
    assertThat(store.live(VIEW).orElseThrow().batchThrough(), is(Epochs.NONE));
    assertThat(store.live(VIEW).orElseThrow().speed().isPresent(), is(false));
    assertThat(store.live(VIEW).orElseThrow().completeThrough(), is(7L));
  }

  @Test
  void rangeHoldsBucketsThatStartInIt() {
    Stores.batch(store, 5, row(5, 0, "a", 0), row(5, 1, "a", 1), row(5, 2, "a", 2));

    assertThat(between("00:01:00", "00:02:00"), contains("batch 1 a=1"));
    assertThat(between("00:01:00", "00:01:00"), empty());
    assertThat(between("00:00:59.999", "00:02:00.001"), contains("batch 1 a=1", "batch 2 a=2"));
  }

  @Test
  void partsOfMillisecondsCount() {
    Stores.batch(store, 5, row(5, 0, "a", 0), row(5, 1, "a", 1), row(5, 2, "a", 2));

    assertThat(
        "bucket 1 starts before the range, bucket 2 within it",
        between("00:01:00.000000001", "00:02:00.000000001"),
        contains("batch 2 a=2"));
  }

  @Test
  void rangeMayReachBeyondTime() {
    Stores.batch(store, 5, row(5, -1, "a", 0), row(5, 1, "a", 1));

    assertThat(
        Stores.read(
            store,
            new ReadRequest(
                Optional.of(Instant.MIN), Optional.of(Instant.MAX), Set.of(), Optional.empty())),
        contains("batch -1 a=0", "batch 1 a=1"));
    assertThat(
        Stores.read(
            store,
            new ReadRequest(
                Optional.of(Instant.MAX), Optional.empty(), Set.of(), Optional.empty())),
        empty());
  }

  @Test
  void keysAreFoundByTheirText() {
    Stores.batch(store, 5, row(5, 0, "a", 1), row(5, 0, "b'--", 2), row(5, 1, "a", 3));

    assertThat(keys("a"), contains("batch 0 a=1", "batch 1 a=3"));
    assertThat(keys("b'--"), contains("batch 0 b'--=2"));
    assertThat(keys("a", "b'--", "c"), contains("batch 0 a=1", "batch 0 b'--=2", "batch 1 a=3"));
    assertThat(keys("A"), empty());
  }

  @Test
  void keysAndRangeHoldTogether() {
    Stores.batch(store, 5, row(5, 0, "a", 1), row(5, 1, "a", 2), row(5, 1, "b", 3));
    store.write(speed(), List.of(row(6, 1, "a", 4), row(6, 2, "a", 5)));

    List<String> rows =
        Stores.read(
            store,
            new ReadRequest(
                Optional.of(Instant.parse("1970-01-01T00:01:00Z")),
                Optional.of(Instant.parse("1970-01-01T00:02:00Z")),
                Set.of("a"),
                Optional.empty()));

    assertThat(rows, contains("batch 1 a=2", "speed 1 a=4"));
  }

  @Test
  void tenThousandKeysAreReadAndMoreAreRefused() {
    Stores.batch(store, 5, row(5, 0, "k7", 1));

    assertThat(keys(names(10_000)), contains("batch 0 k7=1"));
    UserException problem = assertThrows(UserException.class, () -> keys(names(10_001)));
    assertThat(problem.getMessage(), containsString("asks for 10001 keys, and 10000 are allowed"));
  }

  @Test
  void readerMayUseTheStoreMeanwhile() {
    Stores.batch(store, 5, row(5, 0, "a", 1), row(5, 1, "a", 2));
    OpenSlice speed = speed();

    store.read(
        VIEW,
        Stores.ALL,
        live -> store.write(speed, List.of(row(6, live.bucket() / 60_000, "b", 1))));

    assertThat(
        Stores.read(store), contains("batch 0 a=1", "batch 1 a=2", "speed 0 b=1", "speed 1 b=1"));
  }

  @Test
  void errorOfTheReaderIsPassedOnAndTheStoreGoesOn() {
    Stores.batch(store, 5, row(5, 0, "a", 1));

    for (int i = 0; i < 6; i++) { // more than there are connections
      assertThrows(
          IllegalStateException.class,
          () ->
              store.read(
                  VIEW,
                  Stores.ALL,
                  live -> {
                    throw new IllegalStateException("enough");
                  }));
    }

    assertThat(Stores.read(store), contains("batch 0 a=1"));
  }

  @Test
  void viewForPeopleShowsTheSameRows() throws Exception {
    store.write(speed(), List.of(row(5, 0, "a", 100), row(6, 0, "a", 4), row(7, 1, "b", 5)));
    Stores.batch(store, 5, row(5, 0, "a", 3), row(6, 0, "a", 100));

    assertThat(Stores.read(store), contains("batch 0 a=3", "speed 0 a=4", "speed 1 b=5"));
    assertThat(liveView(file, VIEW), is(Stores.read(store)));
  }

  /** The rows of {@code anabranch_live}, in the words of {@link Stores#read}. */
  static List<String> liveView(Path file, String view) throws SQLException {
    try (Connection connection = Stores.plain(file)) {
      return liveView(connection, view);
    }
  }

  static List<String> liveView(Connection connection, String view) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT * FROM anabranch_live WHERE view = '" + view + "'")) {
      while (result.next()) {
        rows.add(
            String.format(
                "%s %d %s=%d",
                result.getString("layer"),
                result.getLong("bucket") / 60_000,
                result.getString("key"),
                java.nio.ByteBuffer.wrap(result.getBytes("accumulator")).getLong()));
      }
    }
    rows.sort(null);
    return rows;
  }

  private OpenSlice speed() {
    return store.openStream(store.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
  }

  private List<String> between(String from, String to) {
    return Stores.read(
        store,
        new ReadRequest(
            Optional.of(Instant.parse("1970-01-01T" + from + "Z")),
            Optional.of(Instant.parse("1970-01-01T" + to + "Z")),
            Set.of(),
            Optional.empty()));
  }

  private List<String> keys(String... texts) {
    return keys(Set.of(texts));
  }

  private List<String> keys(Set<String> texts) {
    return Stores.read(
        store, new ReadRequest(Optional.empty(), Optional.empty(), texts, Optional.empty()));
  }

  private static Set<String> names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "k" + i).collect(Collectors.toSet());
  }
}
