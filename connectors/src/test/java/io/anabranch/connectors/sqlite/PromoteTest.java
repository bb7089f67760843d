/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.api.Epochs.NONE;
import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.document.ViewRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PromoteTest extends OpenStore {
  @Test
  void rowsAreHiddenUntilTheirSliceIsPromoted() {
    OpenSlice slice = batch(ref(VIEW, 1), 5);
    store.write(slice, List.of(row(5, 0, "a", 1)));
    assertThat(store.live(VIEW), is(Optional.empty()));
    assertThat(Stores.read(store), empty());

    store.publish(List.of(slice));

    ViewState pointer = pointer();
    assertThat(Stores.read(store), contains("batch 0 a=1"));
    assertThat(pointer.base(), is(OptionalLong.of(slice.version())));
    assertThat(pointer.batchThrough(), is(5L));
    assertThat(pointer.speed(), is(OptionalLong.empty()));
    assertThat(pointer.completeThrough(), is(5L));
    assertThat(pointer.architecture(), is(Architecture.LAMBDA));
    assertThat(pointer.ref().log(), is("log-a"));
    assertThat(pointer.ref().epochLength(), is(Duration.ofHours(1)));
  }

  @Test
  void revisionGrowsAtEachChange() {
    Stores.batch(store, 1);
    long first = pointer().revision();
    speed(ref(VIEW, 1));
    Stores.batch(store, 2);

    assertThat("speed; a slice; its promotion", pointer().revision(), is(first + 3));
  }

  @Test
  void severalViewsArePromotedAllOrNone() {
    OpenSlice first = batch(ref("first", 1), 5);
    OpenSlice second = batch(ref("second", 1), 5);
    store.publish(List.of(first, second));
    OpenSlice firstAgain = batch(ref("first", 1), 6);
    OpenSlice secondTooEarly = batch(ref("second", 1), 4);
    ViewState before = store.live("first").orElseThrow();

    UserException problem =
        assertThrows(UserException.class, () -> store.publish(List.of(firstAgain, secondTooEarly)));

    assertThat(problem.getMessage(), containsString("view \"second\""));
    assertThat(store.live("first"), is(Optional.of(before)));
    assertThat(
        "the slice of the first view is hidden as before",
        store.live("first").orElseThrow().catalog().versions().get(1).slices().get(0).isShown(),
        is(false));
  }

  @Test
  void secondOfTwoBatchRunsIsRefusedAndChangesNothing() {
    OpenSlice faster = batch(ref(VIEW, 1), 5);
    OpenSlice slower = batch(ref(VIEW, 1), 6);
    store.write(faster, List.of(row(5, 0, "a", 1)));
    store.write(slower, List.of(row(6, 0, "a", 2)));
    store.publish(List.of(faster));
    ViewState before = pointer();

    UserException problem = assertThrows(UserException.class, () -> store.publish(List.of(slower)));

    assertThat(
        problem.getMessage(),
        allOf(containsString("view \"views\""), containsString("another batch run was faster")));
    assertThat(pointer(), is(before));
    assertThat(Stores.read(store), contains("batch 0 a=1"));
  }

  @Test
  void promotingTwiceChangesNothing() {
    OpenSlice slice = Stores.batch(store, 5, row(5, 0, "a", 1));
    ViewState before = pointer();

    store.publish(List.of(slice));

    assertThat(pointer(), is(before));
  }

  @Test
  void sliceThatWasReplacedIsNotPromotedAgain() {
    OpenSlice previous = Stores.batch(store, 5);
    OpenSlice later = Stores.batch(store, 5);

    assertThrows(UserException.class, () -> store.publish(List.of(previous)));

    assertThat(pointer().base(), is(OptionalLong.of(later.version())));
  }

  @Test
  void lineNeverMovesBackwards() {
    Stores.batch(store, 5);
    OpenSlice earlier = batch(ref(VIEW, 1), 4);
    ViewState before = pointer();

    UserException problem =
        assertThrows(UserException.class, () -> store.publish(List.of(earlier)));

    assertThat(
        problem.getMessage(),
        allOf(
            containsString("reaches 1970-01-01T05:00:00Z"),
            containsString("the live version reaches 1970-01-01T06:00:00Z")));
    assertThat(pointer(), is(before));
  }

  @Test
  void sameLineMayBeComputedAnew() {
    Stores.batch(store, 5, row(5, 0, "a", 1));

    Stores.batch(store, 5, row(5, 0, "a", 2));

    assertThat(Stores.read(store), contains("batch 0 a=2"));
  }

  @Test
  void otherArchitectureIsRefusedOnBothSides() {
    Stores.batch(store, 5);
    store.openStream(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);

    UserException kappa =
        assertThrows(
            UserException.class,
            () -> store.openStream(store.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA));
    UserException batch = assertThrows(UserException.class, () -> batch(ref("k", 1), 5));
    UserException speed = assertThrows(UserException.class, () -> speed(ref("k", 1)));

    assertThat(
        kappa.getMessage(),
        allOf(
            containsString(
                "view \"views\": the live version is of the architecture lambda, not kappa")));
    assertThat(
        batch.getMessage(),
        containsString("view \"k\": the live version is of the architecture kappa, not"));
    assertThat(
        speed.getMessage(),
        containsString("view \"k\": the live version is of the architecture kappa, not"));
  }

  @Test
  void architectureThatCameMeanwhileIsRefused() {
    OpenSlice slice = batch(ref(VIEW, 1), 5);
    store.openStream(store.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA);
    ViewState before = pointer();

    UserException problem = assertThrows(UserException.class, () -> store.publish(List.of(slice)));

    assertThat(problem.getMessage(), containsString("of the architecture kappa, not lambda"));
    assertThat(pointer(), is(before));
  }

  @Test
  void otherLogIsRefused() {
    Stores.batch(store, 5);
    ViewRef other = ref(VIEW, 1, "log-b");
    ViewRef longer = new ViewRef(VIEW, ref(VIEW, 1).fingerprint(), "log-a", Duration.ofHours(2));

    for (ViewRef view : List.of(other, longer)) {
      UserException batch = assertThrows(UserException.class, () -> batch(view, 6));
      UserException speed = assertThrows(UserException.class, () -> speed(view));

      for (UserException problem : List.of(batch, speed)) {
        assertThat(problem.getMessage(), containsString("was computed from another log"));
      }
    }
  }

  @Test
  void rowsOfTwoLogsNeverMixAlsoIfTheOtherLogCameMeanwhile() {
    OpenSlice slice = batch(ref(VIEW, 1, "log-a"), 5);
    speed(ref(VIEW, 1, "log-b"));
    ViewState before = pointer();

    UserException problem = assertThrows(UserException.class, () -> store.publish(List.of(slice)));

    assertThat(problem.getMessage(), containsString("was computed from another log"));
    assertThat(pointer(), is(before));
  }

  @Test
  void speedRowsOfAnOlderDefinitionAreDroppedWhenANewOneIsPromoted() {
    OpenSlice speed = speed(ref(VIEW, 1));
    store.write(speed, List.of(row(9, 0, "a", 100)));
    OpenSlice batch = batch(ref(VIEW, 2), 5);
    store.write(batch, List.of(row(5, 0, "a", 1)));

    store.publish(List.of(batch));

    assertThat(Stores.read(store), contains("batch 0 a=1"));
    assertThat(pointer().speed(), is(OptionalLong.empty()));
    assertThat(pointer().fingerprint(), is(ref(VIEW, 2).fingerprint()));

    UserException problem =
        assertThrows(UserException.class, () -> store.write(speed, List.of(row(9, 0, "b", 100))));
    assertThat(problem.getMessage(), containsString("its slice is closed, or was given up"));

    OpenSlice fresh = speed(ref(VIEW, 2));
    assertThat(fresh.version(), not(speed.version()));
    assertThat(fresh.after(), is(5L));
  }

  @Test
  void startThatFailsForOneViewTakesNoOtherViewAway() {
    OpenSlice one = store.openStream(store.beginRun("speed"), ref("one", 1), Architecture.LAMBDA);
    store.openStream(store.beginRun("speed"), ref("two", 1), Architecture.LAMBDA);

    assertThrows(
        UserException.class,
        () -> store.openSpeed(store.beginRun("speed"), List.of(ref("one", 1), ref("two", 2))));

    store.write(one, List.of(row(9, 0, "a", 1))); // still its owner
  }

  @Test
  void speedRowsOfTheSameDefinitionStayWhenABatchIsPromoted() {
    OpenSlice speed = speed(ref(VIEW, 1));
    store.write(speed, List.of(row(5, 0, "a", 1), row(6, 0, "a", 2)));

    Stores.batch(store, 5, row(5, 0, "a", 1));

    assertThat(Stores.read(store), contains("batch 0 a=1", "speed 0 a=2"));
  }

  @Test
  void changedDefinitionIsNotFollowedAndTheChangeIsNamed() {
    Stores.batch(store, 5);

    UserException lambda = assertThrows(UserException.class, () -> speed(ref(VIEW, 2)));
    store.openStream(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);
    UserException kappa =
        assertThrows(
            UserException.class,
            () -> store.openStream(store.beginRun("kappa"), ref("k", 2), Architecture.KAPPA));

    assertThat(
        lambda.getMessage(),
        allOf(containsString("view \"views\""), containsString("revision was 1 and is 2")));
    assertThat(kappa.getMessage(), allOf(containsString("revision was 1 and is 2")));
  }

  @Test
  void newSpeedRunStartsAfterWhatIsCompleteOrAbsorbed() {
    OpenSlice first = speed(ref(VIEW, 1));
    assertThat("nothing yet", first.after(), is(NONE));

    store.complete(first, 3);
    assertThat("complete", speed(ref(VIEW, 1)).after(), is(3L));

    Stores.batch(store, 5);
    assertThat("absorbed by batch", speed(ref(VIEW, 1)).after(), is(5L));
  }

  @Test
  void runOfAnotherSliceCannotPromoteWhatItDoesNotOwn() {
    OpenSlice slice = batch(ref(VIEW, 1), 5);
    OpenSlice stolen = Stores.stolen(slice);

    UserException problem = assertThrows(UserException.class, () -> store.publish(List.of(stolen)));

    assertThat(problem.getMessage(), containsString("run " + slice.run() + " took over"));
    assertThat(store.live(VIEW), is(Optional.empty()));
  }

  private ViewState pointer() {
    return store.live(VIEW).orElseThrow();
  }

  private OpenSlice batch(ViewRef view, long through) {
    return store.openBatch(store.beginRun("batch"), view, new EpochRange(NONE, through));
  }

  private OpenSlice speed(ViewRef view) {
    return store.openStream(store.beginRun("speed"), view, Architecture.LAMBDA);
  }
}
