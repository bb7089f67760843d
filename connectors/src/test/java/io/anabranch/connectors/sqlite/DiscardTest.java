/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.api.Epochs.NONE;
import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.store.OpenSlice;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiscardTest extends OpenStore {
  @Test
  void hiddenSlicesGoWithTheirRowsAndVersions() throws Exception {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice next = Stores.openNext(store, 5, 7, row(7, 0, "a", 2), row(7, 0, "b", 3));
    OpenSlice full = openFull(9);
    OpenSlice scratch =
        store.openScratch(store.beginRun("verify"), ref(VIEW, 1), new EpochRange(NONE, 9));
    store.write(full, List.of(row(9, 0, "a", 4)));
    store.write(scratch, List.of(row(9, 0, "a", 5)));

    store.discard(List.of(next, full, scratch));

    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 1 rows"));
    assertThat(Stores.read(store), contains("batch 0 a=1"));
    Path file = folder.resolve("views.db");
    assertThat(Stores.number(file, "SELECT COUNT(*) FROM anabranch_row"), is(1L));
    assertThat(Stores.number(file, "SELECT COUNT(*) FROM anabranch_live_slice"), is(1L));
    assertThat(Stores.number(file, "SELECT COUNT(*) FROM anabranch_fence"), is(0L));
  }

  @Test
  void otherSlicesOfTheRunAndOfOtherRunsStay() {
    Stores.batch(store, 5);
    OpenSlice mine = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    OpenSlice others = Stores.openNext(store, 5, 8, row(8, 0, "a", 4));

    store.discard(List.of(mine));
    store.publish(List.of(others));

    assertThat(Stores.read(store), contains("batch 0 a=4"));
  }

  @Test
  void slicesThatReadersSeeStay() {
    OpenSlice live = Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice speed = Stores.speed(store, row(6, 0, "a", 2));
    List<String> catalog = Stores.catalog(store);

    store.discard(List.of(live, speed));

    assertThat(Stores.catalog(store), is(catalog));
    assertThat(Stores.read(store), contains("batch 0 a=1", "speed 0 a=2"));
    store.write(speed, List.of(row(6, 0, "b", 4))); // it is not fenced
  }

  @Test
  void slicesThatWereReplacedOrFoldedStayForTheirGrace() {
    OpenSlice previous = Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice first = Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice second = Stores.next(store, 5, 7, row(7, 0, "a", 2));
    List<Long> both = List.of(first.rows(), second.rows());
    store.compact(Stores.fold(store, 7, both));
    List<String> catalog = Stores.catalog(store);

    store.discard(List.of(previous, first, second));

    assertThat(Stores.catalog(store), is(catalog));
    assertThat(
        catalog, contains("batch (.., 5] shown, 1 rows", "live batch (.., 7] shown, 1 rows"));
  }

  @Test
  void discardedRunCanNeitherWriteNorPromote() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice slice = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    store.discard(List.of(slice));

    UserException writing =
        assertThrows(UserException.class, () -> store.write(slice, List.of(row(7, 0, "b", 4))));
    UserException promoting =
        assertThrows(UserException.class, () -> store.publish(List.of(slice)));

    for (UserException problem : List.of(writing, promoting)) {
      assertThat(problem.getMessage(), containsString("is fenced and cannot write"));
    }
    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 1 rows"));
  }

  @Test
  void sliceIsFencedBeforeItsFirstRowGoes() throws Exception {
    Stores.batch(store, 5);
    OpenSlice slice = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    Stores.requireFences(folder.resolve("views.db"));

    store.discard(List.of(slice));

    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 0 rows"));
  }

  @Test
  void discardingAgainOrNothingIsFine() {
    Stores.batch(store, 5);
    OpenSlice slice = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));

    store.discard(List.of(slice));
    store.discard(List.of(slice));
    store.discard(List.of());

    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 0 rows"));
  }

  private OpenSlice openFull(long through) {
    return store.openBatch(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(NONE, through));
  }
}
