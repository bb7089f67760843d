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
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.transition.SlicePlan;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Batch versions that grow by one slice per run. */
class IncrementalTest extends OpenStore {
  @Test
  void sliceThatContinuesTheLiveVersionIsAddedToItOncePromoted() {
    OpenSlice first = Stores.batch(store, 5, row(5, 0, "a", 1));
    ViewState before = pointer();
    OpenSlice second = Stores.openNext(store, 5, 7, row(7, 0, "a", 2), row(7, 1, "b", 3));
    assertThat("hidden", Stores.read(store), contains("batch 0 a=1"));
    assertThat(pointer().batchThrough(), is(before.batchThrough()));

    store.publish(List.of(second));

    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2", "batch 1 b=3"));
    assertThat(second.version(), is(first.version()));
    assertThat(second.after(), is(5L));
    assertThat(pointer().base(), is(OptionalLong.of(first.version())));
    assertThat(pointer().batchThrough(), is(7L));
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
            () -> store.openBatch(store.beginRun("batch"), ref(VIEW, 2), new EpochRange(5, 7)));

    assertThat(problem.getMessage(), containsString("another definition: revision was 1 and is 2"));
  }

  @Test
  void slicesOfSeveralViewsAreOpenedAllOrNone() {
    Stores.batch(store, 5);

    assertThrows(
        UserException.class,
        () ->
            store.openBatch(
                store.beginRun("batch"),
                List.of(
                    new SlicePlan(ref(VIEW, 1), new EpochRange(5, 7)),
                    new SlicePlan(ref("other", 1), new EpochRange(5, 7)))));

    assertThat(Stores.catalog(store), contains("live batch (.., 5] shown, 0 rows"));
  }

  @Test
  void secondOfTwoRunsThatContinueTheSameVersionIsRefusedAndChangesNothing() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice faster = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    OpenSlice slower = Stores.openNext(store, 5, 8, row(8, 0, "a", 4));
    store.publish(List.of(faster));
    ViewState before = pointer();

    UserException problem = assertThrows(UserException.class, () -> store.publish(List.of(slower)));

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
    OpenSlice next = Stores.openNext(store, 5, 7, row(7, 0, "a", 2));
    Stores.batch(store, 5, row(5, 0, "a", 8)); // ends where the previous ended
    ViewState before = pointer();

    assertThrows(UserException.class, () -> store.publish(List.of(next)));

    assertThat(pointer(), is(before));
    assertThat(Stores.read(store), contains("batch 0 a=8"));
  }

  @Test
  void fullRunIsRefusedIfOneThatContinuesWasFaster() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice full =
        store.openBatch(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(NONE, 9));
    Stores.next(store, 5, 7, row(7, 0, "a", 2));
    ViewState before = pointer();

    assertThrows(UserException.class, () -> store.publish(List.of(full)));

    assertThat(pointer(), is(before));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2"));
  }

  @Test
  void promotingAgainChangesNothingAlsoAfterOthersWerePromoted() {
    OpenSlice first = Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice second = Stores.next(store, 5, 7, row(7, 0, "a", 2));
    Stores.next(store, 7, 9, row(9, 0, "a", 4));
    ViewState before = pointer();
    List<String> catalog = Stores.catalog(store);

    store.publish(List.of(second, first));
    store.publish(List.of(first, second));

    assertThat(pointer(), is(before));
    assertThat(Stores.catalog(store), is(catalog));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2", "batch 0 a=4"));
  }

  @Test
  void sliceThatWasFoldedIsNotPromotedAgain() {
    OpenSlice first = Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice second = Stores.next(store, 5, 7, row(7, 0, "a", 2));
    List<Long> both = List.of(first.rows(), second.rows());
    store.compact(Stores.fold(store, 7, both));

    for (OpenSlice folded : List.of(first, second)) {
      assertThrows(UserException.class, () -> store.publish(List.of(folded)));
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
    OpenSlice first = Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice second = Stores.next(store, 5, 7, row(7, 0, "a", 2));
    OpenSlice scratch =
        store.openScratch(store.beginRun("verify"), ref(VIEW, 1), new EpochRange(NONE, 9));
    OpenSlice fold = Stores.fold(store, 7, List.of(first.rows(), second.rows()));
    OpenSlice speed = Stores.speed(store, row(9, 0, "a", 4));
    ViewState before = pointer();

    for (OpenSlice slice : List.of(scratch, fold, speed)) {
      assertThrows(UserException.class, () -> store.publish(List.of(slice)));
    }

    assertThat(pointer(), is(before));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2", "speed 0 a=4"));
  }

  @Test
  void absorbedSpeedRowsAreDroppedAndNoOtherAndNoAnswerChanges() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
    Stores.speed(store, row(6, 0, "a", 2), row(7, 0, "a", 4), row(8, 0, "a", 8));
    OpenSlice other =
        store.openStream(store.beginRun("speed"), ref("other", 1), Architecture.LAMBDA);
    store.write(other, List.of(row(1, 0, "a", 100), row(2, 0, "a", 200)));
    OpenSlice othersBatch =
        store.openBatch(store.beginRun("batch"), ref("other", 1), new EpochRange(NONE, 1));
    store.publish(List.of(othersBatch));
    Stores.next(store, 5, 7, row(7, 0, "a", 6));
    List<String> answer = Stores.read(store);

    assertThat(store.dropSuperseded(VIEW), is(2L));

    assertThat(Stores.read(store), is(answer));
    assertThat(
        Stores.catalog(store),
        contains(
            "live batch (.., 5] shown, 1 rows",
            "live batch (5, 7] shown, 1 rows",
            "live speed (7, ..) shown, 1 rows"));
    assertThat("nothing left", store.dropSuperseded(VIEW), is(0L));
    assertThat("of the other view", store.dropSuperseded("other"), is(1L));
    assertThat(Stores.read(store, "other"), contains("speed 0 a=200"));
    assertThat("no such view", store.dropSuperseded("missing"), is(0L));
  }

  @Test
  void lateSpeedRowsOfAbsorbedEpochsAreLeftOut() {
    OpenSlice speed = Stores.speed(store, row(6, 0, "a", 2));
    Stores.batch(store, 7, row(7, 0, "a", 2));
    store.dropSuperseded(VIEW);

    store.write(speed, List.of(row(6, 0, "a", 2), row(7, 0, "a", 4), row(8, 0, "a", 8)));

    assertThat(
        Stores.catalog(store),
        contains("live speed (7, ..) shown, 1 rows", "live batch (.., 7] shown, 1 rows"));
    assertThat(Stores.read(store), contains("batch 0 a=2", "speed 0 a=8"));
  }

  @Test
  void rowsOfBatchAndKappaAreNeverLeftOut() {
    Stores.batch(store, 7);
    OpenSlice batch =
        store.openBatch(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(NONE, 7));
    store.write(batch, List.of(row(7, 0, "a", 1)));
    store.publish(List.of(batch));
    OpenSlice kappa = store.openStream(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);

    store.write(kappa, List.of(row(1, 0, "a", 1)));

    assertThat(Stores.read(store), contains("batch 0 a=1"));
    assertThat(Stores.read(store, "k"), contains("batch 0 a=1"));
  }

  private ViewState pointer() {
    return store.live(VIEW).orElseThrow();
  }
}
