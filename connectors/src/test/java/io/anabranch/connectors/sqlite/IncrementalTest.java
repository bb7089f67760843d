/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.api.Epochs.NONE;
import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.SlicePlan;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.ViewStore;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batch versions that grow by one slice per run. */
class IncrementalTest {
  @TempDir Path folder;
  private ViewStore store;

  @BeforeEach
  void open() {
    store = Stores.open(folder.resolve("views.db"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void sliceThatContinuesTheLiveVersionIsAddedToItOncePromoted() {
    SliceRef first = Stores.batch(store, 5, row(5, 0, "a", 1));
    LivePointer before = pointer();
    SliceRef second = Stores.openNext(store, 5, 7, row(7, 0, "a", 2), row(7, 1, "b", 3));
    assertThat("hidden", Stores.read(store), contains("batch 0 a=1"));
    assertThat(pointer().baseThrough(), is(before.baseThrough()));

    store.promote(List.of(second));

    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2", "batch 1 b=3"));
    assertThat(second.version(), is(first.version()));
    assertThat(second.after(), is(5L));
    assertThat(pointer().base(), is(OptionalLong.of(first.version())));
    assertThat(pointer().baseThrough(), is(7L));
    assertThat(pointer().completeThrough(), is(7L));
    assertThat(pointer().revision(), greaterThan(before.revision()));
    assertThat(
        Stores.catalog(store),
        contains("live batch (.., 5] shown, 1 rows", "live batch (5, 7] shown, 2 rows"));
  }

  @Test
  void sliceThatDoesNotBeginWhereTheVersionEndsIsRefused() {
    Stores.batch(store, 5, row(5, 0, "a", 1));

    for (long after : List.of(4L, 6L, -1L)) {
      UserException problem =
          assertThrows(UserException.class, () -> Stores.openNext(store, after, 9));

      assertThat(
          problem.getMessage(),
          is(
              "view \"views\": the batch version does not end with epoch "
                  + after
                  + ", where the slice begins"));
    }
    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 1 rows"));
  }

  @Test
  void thereMustBeALiveBatchVersionToContinue() {
    assertThrows(UserException.class, () -> Stores.openNext(store, 5, 7));
    Stores.speed(store);

    UserException problem = assertThrows(UserException.class, () -> Stores.openNext(store, 5, 7));

    assertThat(problem.getMessage(), containsString("does not end with epoch 5"));
  }

  @Test
  void versionOfAnotherDefinitionIsNotContinued() {
    Stores.batch(store, 5);

    UserException problem =
        assertThrows(
            UserException.class,
            () ->
                store.openBatchSlice(store.beginRun("batch"), ref(VIEW, 2), new EpochRange(5, 7)));

    assertThat(
        problem.getMessage(),
        containsString("computed by another definition: revision was 1 and is 2"));
  }

  @Test
  void slicesOfSeveralViewsAreOpenedAllOrNone() {
    Stores.batch(store, 5);

    assertThrows(
        UserException.class,
        () ->
            store.openBatchSlices(
                store.beginRun("batch"),
                List.of(
                    new SlicePlan(ref(VIEW, 1), new EpochRange(5, 7)),
                    new SlicePlan(ref("other", 1), new EpochRange(5, 7)))));

    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 0 rows"));
  }

  @Test
  void secondOfTwoRunsThatContinueTheSameVersionIsRefusedAndChangesNothing() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    SliceRef faster = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    SliceRef slower = Stores.openNext(store, 5, 8, row(8, 0, "a", 4));
    store.promote(List.of(faster));
    LivePointer before = pointer();

    UserException problem = assertThrows(UserException.class, () -> store.promote(List.of(slower)));

    assertThat(
        problem.getMessage(),
        containsString(
            "another batch run was faster; the live version reaches 1970-01-01T08:00:00Z now"));
    assertThat(pointer(), is(before));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2"));
    assertThat(
        Stores.catalog(store),
        contains(
            "live batch (.., 5] shown, 1 rows",
            "live batch (5, 7] shown, 1 rows",
            "live batch (5, 8] hidden, 1 rows"));
  }

  @Test
  void runThatContinuesIsRefusedIfAFullOneWasFaster() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    SliceRef next = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    Stores.batch(store, 5, row(5, 0, "a", 8)); // ends where the former ended
    LivePointer before = pointer();

    assertThrows(UserException.class, () -> store.promote(List.of(next)));

    assertThat(pointer(), is(before));
    assertThat(Stores.read(store), contains("batch 0 a=8"));
  }

  @Test
  void fullRunIsRefusedIfOneThatContinuesWasFaster() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    SliceRef full =
        store.openBatchSlice(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(NONE, 9));
    Stores.next(store, 5, 7, row(7, 0, "a", 2));
    LivePointer before = pointer();

    assertThrows(UserException.class, () -> store.promote(List.of(full)));

    assertThat(pointer(), is(before));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2"));
  }

  @Test
  void promotingAgainChangesNothingAlsoAfterOthersWerePromoted() {
    SliceRef first = Stores.batch(store, 5, row(5, 0, "a", 1));
    SliceRef second = Stores.next(store, 5, 7, row(7, 0, "a", 2));
    Stores.next(store, 7, 9, row(9, 0, "a", 4));
    LivePointer before = pointer();
    List<String> catalog = Stores.catalog(store);

    store.promote(List.of(second, first));
    store.promote(List.of(first, second));

    assertThat(pointer(), is(before));
    assertThat(Stores.catalog(store), is(catalog));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2", "batch 0 a=4"));
  }

  @Test
  void sliceThatWasFoldedIsNotPromotedAgain() {
    SliceRef first = Stores.batch(store, 5, row(5, 0, "a", 1));
    SliceRef second = Stores.next(store, 5, 7, row(7, 0, "a", 2));
    List<Long> both = List.of(first.slice(), second.slice());
    store.replace(Stores.fold(store, 7, both), both);

    for (SliceRef folded : List.of(first, second)) {
      assertThrows(UserException.class, () -> store.promote(List.of(folded)));
    }

    assertThat(Stores.read(store), contains("batch 0 a=3"));
  }

  @Test
  void speedAnswersFromWhereTheLastSliceEnds() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.speed(store, row(6, 0, "a", 10), row(7, 0, "a", 20), row(8, 0, "a", 40));

    Stores.next(store, 5, 7, row(7, 0, "a", 30));

    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=30", "speed 0 a=40"));
    assertThat(Stores.speed(store).after(), is(7L));
  }

  @Test
  void rowsInStatusAreThoseThatWerePromoted() {
    Stores.batch(store, 5, row(5, 0, "a", 1), row(5, 1, "a", 1), row(5, 1, "a", 2));
    Stores.speed(store, row(6, 0, "a", 10), row(8, 0, "a", 40));
    Stores.next(store, 5, 7);
    Stores.next(store, 7, 9, row(9, 0, "a", 1));

    assertThat(
        Stores.catalog(store),
        contains(
            "live batch (.., 5] shown, 2 rows",
            "live batch (5, 7] shown, 0 rows",
            "live batch (7, 9] shown, 1 rows",
            "live speed (9, ..) shown, 0 rows"));
  }

  @Test
  void onlyBatchSlicesArePromoted() {
    SliceRef first = Stores.batch(store, 5, row(5, 0, "a", 1));
    SliceRef second = Stores.next(store, 5, 7, row(7, 0, "a", 2));
    SliceRef scratch =
        store.openScratchSlice(store.beginRun("verify"), ref(VIEW, 1), new EpochRange(NONE, 9));
    SliceRef fold = Stores.fold(store, 7, List.of(first.slice(), second.slice()));
    SliceRef speed = Stores.speed(store, row(9, 0, "a", 4));
    LivePointer before = pointer();

    for (SliceRef slice : List.of(scratch, fold, speed)) {
      assertThrows(UserException.class, () -> store.promote(List.of(slice)));
    }

    assertThat(pointer(), is(before));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2", "speed 0 a=4"));
  }

  @Test
  void absorbedSpeedRowsAreDroppedAndNoOtherAndNoAnswerChanges() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.speed(store, row(6, 0, "a", 2), row(7, 0, "a", 4), row(8, 0, "a", 8));
    SliceRef other =
        store.openStreamSlice(store.beginRun("speed"), ref("other", 1), Architecture.LAMBDA);
    store.write(other, List.of(row(1, 0, "a", 100), row(2, 0, "a", 200)));
    SliceRef othersBatch =
        store.openBatchSlice(store.beginRun("batch"), ref("other", 1), new EpochRange(NONE, 1));
    store.promote(List.of(othersBatch));
    Stores.next(store, 5, 7, row(7, 0, "a", 6));
    List<String> answer = Stores.read(store);

    assertThat(store.dropAbsorbed(VIEW), is(2L));

    assertThat(Stores.read(store), is(answer));
    assertThat(
        Stores.catalog(store),
        contains(
            "live batch (.., 5] shown, 1 rows",
            "live batch (5, 7] shown, 1 rows",
            "live speed (7, ..) shown, 1 rows"));
    assertThat("nothing left", store.dropAbsorbed(VIEW), is(0L));
    assertThat("of the other view", store.dropAbsorbed("other"), is(1L));
    assertThat(Stores.read(store, Stores.all("other")), contains("speed 0 a=200"));
    assertThat("no such view", store.dropAbsorbed("missing"), is(0L));
  }

  @Test
  void lateSpeedRowsOfAbsorbedEpochsAreLeftOut() {
    SliceRef speed = Stores.speed(store, row(6, 0, "a", 2));
    Stores.batch(store, 7, row(7, 0, "a", 2));
    store.dropAbsorbed(VIEW);

    store.write(speed, List.of(row(6, 0, "a", 2), row(7, 0, "a", 4), row(8, 0, "a", 8)));

    assertThat(
        Stores.catalog(store),
        contains("live speed (7, ..) shown, 1 rows", "live batch (.., 7] shown, 1 rows"));
    assertThat(Stores.read(store), contains("batch 0 a=2", "speed 0 a=8"));
  }

  @Test
  void rowsOfBatchAndKappaAreNeverLeftOut() {
    Stores.batch(store, 7);
    SliceRef batch =
        store.openBatchSlice(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(NONE, 7));
    store.write(batch, List.of(row(7, 0, "a", 1)));
    store.promote(List.of(batch));
    SliceRef kappa =
        store.openStreamSlice(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);

    store.write(kappa, List.of(row(1, 0, "a", 1)));

    assertThat(Stores.read(store), contains("batch 0 a=1"));
    assertThat(Stores.read(store, Stores.all("k")), contains("batch 0 a=1"));
  }

  private LivePointer pointer() {
    return store.pointer(VIEW).orElseThrow();
  }
}
