/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One slice takes the place of several, and no answer changes. */
class FoldTest {
  @TempDir Path folder;
  private TestStore store;
  private List<Long> slices;

  @BeforeEach
  void open() {
    store = Stores.open(folder.resolve("views.db"));
    slices =
        List.of(
            Stores.batch(store, 3, row(3, 0, "a", 1), row(3, 1, "b", 2)).rows(),
            Stores.next(store, 3, 5, row(5, 0, "a", 4), row(5, -1, "c", 8)).rows(),
            Stores.next(store, 5, 7, row(7, 0, "a", 16), row(7, 1, "b", 32)).rows());
    Stores.speed(store, row(7, 0, "a", 64), row(8, 0, "a", 128));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void answersAreTheSameBeforeAndAfter() {
    List<String> totals = Stores.totals(store);
    assertThat(totals, contains("-1 c=8", "0 a=149", "1 b=34"));

    OpenSlice fold = Stores.fold(store, 7, slices);
    assertThat("while it is filled", Stores.totals(store), is(totals));
    store.compact(fold);

    assertThat(Stores.totals(store), is(totals));
    assertThat(
        Stores.read(store),
        contains("batch -1 c=8", "batch 0 a=21", "batch 1 b=34", "speed 0 a=128"));
    assertThat(
        Stores.catalog(store),
        contains("live batch (.., 7] shown, 3 rows", "live speed (7, ..) shown, 1 rows"));
  }

  @Test
  void someNeighboursMayBeFoldedAndAFoldAgain() {
    List<String> totals = Stores.totals(store);
    List<Long> newest = slices.subList(1, 3);
    OpenSlice fold = Stores.fold(store, 7, newest);
    store.compact(fold);
    assertThat(Stores.totals(store), is(totals));
    assertThat(fold.after(), is(3L));

    List<Long> rest = List.of(slices.get(0), fold.rows());
    store.compact(Stores.fold(store, 7, rest));

    assertThat(Stores.totals(store), is(totals));
    assertThat(Stores.liveSlices(store, VIEW).size(), is(1));
  }

  @Test
  void scanGivesAllRowsByBucketAndKey() {
    List<String> rows = new ArrayList<>();

    store.scan(
        VIEW,
        slices,
        row ->
            rows.add(
                row.bucket() / 60_000
                    + " "
                    + row.keyText()
                    + "="
                    + Stores.value(row)
                    + " in epoch "
                    + row.epoch()));

    assertThat(
        rows,
        contains(
            "-1 c=8 in epoch 5",
            "0 a=1 in epoch 3",
            "0 a=4 in epoch 5",
            "0 a=16 in epoch 7",
            "1 b=2 in epoch 3",
            "1 b=32 in epoch 7"));
  }

  @Test
  void scanGivesTheRowsOfTheSlicesAskedForAndAllOfARow() {
    List<StoredRow> rows = new ArrayList<>();

    store.scan(VIEW, slices.subList(1, 2), rows::add);
    store.scan(VIEW, List.of(), rows::add);

    assertThat(rows.size(), is(2));
    StoredRow row = rows.get(1);
    assertThat(row.bucket(), is(0L));
    assertThat(new String(row.key(), java.nio.charset.StandardCharsets.UTF_8), is("a"));
    assertThat(row.contributions(), is(1L));
  }

  @Test
  void everyKeyOfABucketComesOnce() {
    OpenSlice next =
        Stores.next(
            store,
            7,
            9,
            row(9, 5, "b", 1),
            row(9, 5, "\u00e9", 2),
            row(9, 5, "", 3),
            row(9, 5, "aa", 4));
    List<String> keys = new ArrayList<>();

    store.scan(VIEW, List.of(next.rows()), row -> keys.add(row.keyText()));

    assertThat(keys, containsInAnyOrder("", "aa", "b", "\u00e9"));
  }

  @Test
  void foldIsRefusedIfASliceWasFoldedMeanwhile() {
    OpenSlice slower = Stores.fold(store, 7, slices);
    List<Long> first = slices.subList(0, 2);
    store.compact(Stores.fold(store, 5, first));

    assertRefused(slower);
  }

  @Test
  void foldIsRefusedIfTheVersionWasReplacedMeanwhile() {
    OpenSlice fold = Stores.fold(store, 7, slices);
    Stores.batch(store, 7, row(7, 0, "a", 500));

    assertRefused(fold);
  }

  @Test
  void foldIsShownOnce() {
    OpenSlice fold = Stores.fold(store, 7, slices);
    store.compact(fold);
    List<String> catalog = Stores.catalog(store);

    assertThrows(UserException.class, () -> store.compact(fold));
    store.discard(List.of(fold)); // as a run does that does not know whether it was shown

    assertThat(Stores.catalog(store), is(catalog));
  }

  @Test
  void foldOfAnotherRunOrADiscardedOneIsRefused() {
    OpenSlice fold = Stores.fold(store, 7, slices);
    OpenSlice stolen = Stores.stolen(fold);
    assertThrows(UserException.class, () -> store.compact(stolen));
    store.discard(List.of(fold));
    List<String> answer = Stores.read(store);

    UserException problem = assertThrows(UserException.class, () -> store.compact(fold));

    assertThat(
        problem.getMessage(),
        containsString("is fenced and cannot write to its slice: the slice is closed"));
    assertThat("the discarded rows are not missed", Stores.read(store), is(answer));
  }

  @Test
  void sliceThatIsPromotedMeanwhileIsKept() {
    OpenSlice fold = Stores.fold(store, 7, slices);
    Stores.next(store, 7, 9, row(9, 0, "a", 1_000));
    List<String> totals = Stores.totals(store);

    store.compact(fold);

    assertThat(Stores.totals(store), is(totals));
    assertThat(
        Stores.read(store),
        contains("batch -1 c=8", "batch 0 a=1000", "batch 0 a=21", "batch 1 b=34"));
    assertThat(store.live(VIEW).orElseThrow().batchThrough(), is(9L));
    Stores.next(store, 9, 10, row(10, 0, "a", 1));
  }

  @Test
  void continuationThatWasOpenedBeforeAFoldIsPromotedAfterIt() {
    OpenSlice next = Stores.openNext(store, 7, 9, row(9, 0, "a", 1_000));
    store.compact(Stores.fold(store, 7, slices));

    store.publish(List.of(next));

    assertThat(Stores.totals(store), contains("-1 c=8", "0 a=1021", "1 b=34"));
  }

  @Test
  void slicesThatAreNoNeighboursAreRefused() {
    List<List<Long>> wrong =
        List.of(
            List.of(slices.get(0), slices.get(2)),
            List.of(slices.get(1), slices.get(0)),
            List.of(slices.get(0), slices.get(0)));

    for (List<Long> each : wrong) {
      IllegalArgumentException problem =
          assertThrows(IllegalArgumentException.class, () -> open(each));

      assertThat(problem.getMessage(), containsString("are no neighbours"));
    }
    assertThat(hidden(), empty());
  }

  @Test
  void slicesThatDoNotAnswerAreRefused() {
    OpenSlice hidden = Stores.openNext(store, 7, 9);
    OpenSlice other = store.openStream(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);

    for (long wrong : List.of(hidden.rows(), other.rows(), 99L)) {
      UserException problem =
          assertThrows(UserException.class, () -> open(List.of(slices.get(2), wrong)));

      assertThat(
          problem.getMessage(),
          containsString("view \"views\": another run published or compacted meanwhile"));
    }
  }

  @Test
  void otherDefinitionAndViewsWithoutBatchAreRefused() {
    store.openStream(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);

    UserException definition =
        assertThrows(
            UserException.class,
            () -> store.openCompaction(store.beginRun("compact"), ref(VIEW, 2), slices));
    UserException kappa =
        assertThrows(
            UserException.class,
            () -> store.openCompaction(store.beginRun("compact"), ref("k", 1), slices));
    assertThrows(
        UserException.class,
        () -> store.openCompaction(store.beginRun("compact"), ref("missing", 1), slices));

    assertThat(definition.getMessage(), containsString("revision was 1 and is 2"));
    assertThat(kappa.getMessage(), containsString("of the architecture kappa, not lambda"));
  }

  private void assertRefused(OpenSlice fold) {
    List<String> answer = Stores.read(store);
    List<String> catalog = Stores.catalog(store);

    UserException problem = assertThrows(UserException.class, () -> store.compact(fold));

    assertThat(
        ((CatalogException) problem).code(), anyOf(is(Code.SOURCES_CHANGED), is(Code.FENCED)));
    assertThat(Stores.read(store), is(answer));
    assertThat(Stores.catalog(store), is(catalog));
    store.discard(List.of(fold));
    assertThat("it was hidden", Stores.catalog(store).size(), is(catalog.size() - 1));
  }

  private List<String> hidden() {
    return Stores.catalog(store).stream().filter(slice -> slice.contains("hidden")).toList();
  }

  private OpenSlice open(List<Long> each) {
    return store.openCompaction(store.beginRun("compact"), ref(VIEW, 1), each);
  }
}
