/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.catalog.LiveState;
import io.anabranch.catalog.VersionSwitch;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.transition.ReplayPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Versions of Kappa beside each other, and what moves between the architectures. */
class ReplayTest extends OpenStore {
  private static final GarbageRules AT_ONCE =
      new GarbageRules(Duration.ZERO, Duration.ofDays(1), false);
  private static final String ROWS = "SELECT COUNT(*) FROM anabranch_row";

  private static final int READS = 500;

  @Test
  void candidateAnswersOnceItIsPromotedAndTheFormerOneAfterARollback() throws Exception {
    OpenSlice live = live(5, row(5, 0, "a", 1));
    OpenSlice history = history(2, Epochs.NONE, 5);
    store.write(history, List.of(row(5, 0, "a", 10)));
    assertThat("beside", Stores.read(store), contains("batch 0 a=1"));
    OpenSlice following = store.completeBackfill(List.of(history)).get(0);
    assertThat(following.after(), is(5L));
    store.write(following, List.of(row(6, 0, "a", 20)));

    promote(live.version(), following.version());

    assertThat(Stores.read(store), contains("batch 0 a=10", "batch 0 a=20"));
    store.write(live, List.of(row(6, 0, "a", 2)));
    promote(following.version(), live.version());
    assertThat("as fresh", Stores.read(store), contains("batch 0 a=1", "batch 0 a=2"));
    ViewState pointer = pointer();
    assertThat(pointer.previous(), is(OptionalLong.of(following.version())));
    assertThat(pointer.candidate(), is(OptionalLong.empty()));
    assertThat(roles(), contains(VersionRole.LIVE, VersionRole.PREVIOUS));
  }

  @Test
  @Timeout(120)
  void everyAnswerIsWhollyOfOneVersionWhileTheyAreSwitched() throws Exception {
    List<StoredRow> ones = new ArrayList<>();
    List<StoredRow> twos = new ArrayList<>();
    for (int key = 0; key < 200; key++) {
      ones.add(row(1 + key % 5, key % 7, "k" + key, 1));
      twos.add(row(1 + key % 5, key % 7, "k" + key, 2));
    }
    OpenSlice one = live(5, ones.toArray(new StoredRow[0]));
    OpenSlice history = history(1, Epochs.NONE, Epochs.NONE);
    OpenSlice two = store.completeBackfill(List.of(history)).get(0);
    store.write(two, twos);
    store.complete(two, 5);
    AtomicBoolean switching = new AtomicBoolean(true);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      String allOfOne = "version " + one.version() + ": 200 rows of [1]";
      String allOfTwo = "version " + two.version() + ": 200 rows of [2]";
      Set<String> seen = ConcurrentHashMap.newKeySet();
      AtomicInteger reads = new AtomicInteger();
      List<Future<?>> readers = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        readers.add(
            threads.submit(
                () -> {
                  while (switching.get()) {
                    List<Long> values = new ArrayList<>();
                    LiveState state =
                        store
                            .read(VIEW, Stores.ALL, row -> values.add(Stores.value(row)))
                            .orElseThrow();
                    seen.add(
                        "version "
                            + state.view().base().orElseThrow()
                            + ": "
                            + values.size()
                            + " rows of "
                            + new TreeSet<>(values));
                    reads.incrementAndGet();
                  }
                }));
      }
      while (reads.get() < READS && readers.stream().noneMatch(Future::isDone)) {
        promote(one.version(), two.version());
        promote(two.version(), one.version());
      }
      switching.set(false);
      for (Future<?> reader : readers) {
        reader.get(); // throws what went wrong
      }
      assertThat(seen, everyItem(anyOf(is(allOfOne), is(allOfTwo))));
      assertThat("readers saw both", seen, hasSize(2));
    } finally {
      switching.set(false);
      threads.shutdownNow();
    }
  }

  @Test
  void switchIsRefusedIfAnotherVersionAnswersThanSaid() throws Exception {
    OpenSlice live = live(5, row(5, 0, "a", 1));
    OpenSlice candidate = store.completeBackfill(List.of(history(1, Epochs.NONE, 5))).get(0);

    UserException moved = refusal(candidate.version(), live.version());
    UserException stranger = refusal(live.version(), 99);

    assertThat(moved.getMessage(), containsString("version " + live.version() + " is live now"));
    assertThat(
        stranger.getMessage(), containsString("neither the candidate nor the previous version"));
    assertThat(Stores.read(store), contains("batch 0 a=1"));
  }

  @Test
  void candidateThatHasNotCaughtUpIsNotPromoted() throws Exception {
    OpenSlice live = live(5, row(5, 0, "a", 1));
    OpenSlice history = history(1, Epochs.NONE, 4);

    UserException hidden = refusal(live.version(), history.version());
    OpenSlice following = store.completeBackfill(List.of(history)).get(0);
    UserException behind = refusal(live.version(), following.version());
    store.complete(following, 5);
    promote(live.version(), following.version());

    for (UserException problem : List.of(hidden, behind)) {
      assertThat(problem.getMessage(), containsString("is complete through"));
    }
    assertThat(pointer().base(), is(OptionalLong.of(following.version())));
  }

  @Test
  void nextReplayRetiresTheCandidateBeforeAndFencesItsRun() throws Exception {
    live(5, row(5, 0, "a", 1));
    OpenSlice first = history(1, Epochs.NONE, 5);
    store.write(first, List.of(row(5, 0, "a", 7)));
    OpenSlice second = history(1, Epochs.NONE, 5);

    UserException writing =
        assertThrows(UserException.class, () -> store.write(first, List.of(row(5, 0, "b", 1))));
    assertThrows(UserException.class, () -> store.completeBackfill(List.of(first)));
    store.collectGarbage(AT_ONCE);

    assertThat(writing.getMessage(), containsString("is fenced and cannot write"));
    assertThat(pointer().candidate(), is(OptionalLong.of(second.version())));
    assertThat("only the live row is left", Stores.number(file, ROWS), is(1L));
  }

  @Test
  void replayOfARunThatDiedLeavesNothingAfterGarbageCollection() throws Exception {
    live(5, row(5, 0, "a", 1));
    OpenSlice dead = history(1, Epochs.NONE, 5);
    store.write(dead, List.of(row(5, 0, "a", 7)));

    store.collectGarbage(new GarbageRules(Duration.ZERO, Duration.ZERO, false));

    assertThat(Stores.number(file, ROWS), is(1L));
    assertThat(pointer().candidate(), is(OptionalLong.empty()));
    assertThat(store.status().get(0).state().catalog().versions(), hasSize(1));
  }

  @Test
  void thirdVersionRetiresTheFirst() throws Exception {
    OpenSlice first = live(5, row(5, 0, "a", 1));
    OpenSlice second = caughtUp(2, 5, row(5, 0, "a", 2));
    promote(first.version(), second.version());
    OpenSlice third = caughtUp(3, 5, row(5, 0, "a", 3));

    promote(second.version(), third.version());

    assertThat(store.version(first.version()).orElseThrow().isRetired(), is(true));
    assertThrows(UserException.class, () -> store.write(first, List.of(row(6, 0, "a", 1))));
    assertThat(pointer().previous(), is(OptionalLong.of(second.version())));
  }

  @Test
  void retiredVersionIsGoneAtOnceAndTheOneThatAnswersIsNeverRetired() throws Exception {
    OpenSlice first = live(5, row(5, 0, "a", 1), row(5, 0, "b", 1));
    OpenSlice second = caughtUp(2, 5, row(5, 0, "a", 2));
    promote(first.version(), second.version());

    long rows = store.retire(List.of(first.version()));
    UserException live =
        assertThrows(UserException.class, () -> store.retire(List.of(second.version())));

    assertThat(rows, is(2L));
    assertThat(store.version(first.version()).isEmpty(), is(true));
    assertThat(pointer().previous(), is(OptionalLong.empty()));
    assertThat(live.getMessage(), containsString("version " + second.version() + " is live"));
    assertThat(Stores.read(store), contains("batch 0 a=2"));
    assertThrows(UserException.class, () -> store.retire(List.of(first.version())));
  }

  @Test
  void partialReplaySharesRowsOfOlderEpochsAndKeepsThemWhenTheFormerVersionGoes() throws Exception {
    OpenSlice live =
        live(6, row(3, 0, "a", 1), row(4, 0, "a", 2), row(5, 0, "a", 4), row(6, 0, "a", 8));
    OpenSlice history = history(1, 4, 6);
    store.write(history, List.of(row(6, 0, "a", 12)));
    OpenSlice following = store.completeBackfill(List.of(history)).get(0);
    store.write(following, List.of(row(7, 0, "a", 16)));
    assertThat("no row is copied", Stores.number(file, ROWS), is(6L));

    promote(live.version(), following.version());
    assertThat(
        Stores.read(store), contains("batch 0 a=1", "batch 0 a=12", "batch 0 a=16", "batch 0 a=2"));
    assertThat("its other rows go", store.retire(List.of(live.version())), is(2L));
    store.collectGarbage(AT_ONCE);

    assertThat(
        Stores.read(store), contains("batch 0 a=1", "batch 0 a=12", "batch 0 a=16", "batch 0 a=2"));
    OpenSlice next = caughtUp(1, 7, row(7, 0, "a", 31));
    promote(following.version(), next.version());
    store.retire(List.of(following.version()));
    assertThat("the shared rows go with their last user", Stores.number(file, ROWS), is(1L));
  }

  @Test
  void partialReplayIsRefusedByAnotherDefinitionAndWhereNoSliceEnds() throws Exception {
    OpenSlice live = live(5, row(5, 0, "a", 1));
    OpenSlice history = caughtUp(1, 5, row(5, 0, "a", 1));
    promote(live.version(), history.version());

    UserException changed = assertThrows(UserException.class, () -> history(2, 4, 5));
    UserException within = assertThrows(UserException.class, () -> history(1, 3, 5));

    assertThat(changed.getMessage(), containsString("revision was 1 and is 2"));
    assertThat(
        within.getMessage(),
        containsString("has no complete slices that end at 1970-01-01T04:00:00Z"));
  }

  @Test
  void lambdaThatBecomesKappaAndLambdaAgainAnswersTheSame() throws Exception {
    Stores.batch(store, 4, row(4, 0, "a", 1));
    OpenSlice speed = Stores.speed(store, row(5, 0, "a", 2), row(6, 0, "a", 4));
    store.complete(speed, 5);
    List<String> before = Stores.totals(store);

    assertThat(
        store.changeArchitecture(List.of(VIEW, "unknown"), Architecture.KAPPA), contains(VIEW));

    assertThat(Stores.totals(store), is(before));
    assertThat(
        Stores.catalog(store),
        contains("live kappa (.., 4] shown, 1 rows", "live kappa (4, ..) shown, 2 rows"));
    assertThrows(UserException.class, () -> store.write(speed, List.of(row(7, 0, "a", 1))));
    OpenSlice kappa = store.openStream(store.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA);
    assertThat(kappa.after(), is(5L));
    store.write(kappa, List.of(row(7, 0, "a", 8)));
    store.complete(kappa, 6);
    before = Stores.totals(store);

    assertThat(store.changeArchitecture(List.of(VIEW), Architecture.LAMBDA), contains(VIEW));

    assertThat(Stores.totals(store), is(before));
    assertThat(pointer().batchThrough(), is(6L));
    assertThat(
        Stores.catalog(store),
        contains(
            "live batch (.., 4] shown, 1 rows",
            "live batch (4, 6] shown, 2 rows",
            "live speed (6, ..) shown, 1 rows"));
    assertThat(store.changeArchitecture(List.of(VIEW), Architecture.LAMBDA), empty());
    assertThat(Stores.speed(store).after(), is(6L));
    Stores.next(store, 6, 7, row(7, 0, "a", 8));
    store.dropSuperseded(VIEW);
    assertThat("rows that batch shows are kept", Stores.totals(store), is(before));
    List<Long> slices = Stores.liveSlices(store, VIEW);
    store.compact(Stores.fold(store, 7, slices));
    store.collectGarbage(AT_ONCE);
    assertThat(Stores.totals(store), is(before));
    store.dropSuperseded(VIEW);
    store.collectGarbage(AT_ONCE);
    assertThat("one folded row", Stores.number(file, ROWS), is(1L));
    assertThat(Stores.totals(store), is(before));
  }

  @Test
  void speedAloneBecomesKappaAndBackWithoutAnEpochThatIsComplete() throws Exception {
    Stores.speed(store, row(5, 0, "a", 2));

    store.changeArchitecture(List.of(VIEW), Architecture.KAPPA);
    assertThat(Stores.read(store), contains("batch 0 a=2"));
    store.changeArchitecture(List.of(VIEW), Architecture.LAMBDA);

    assertThat(Stores.read(store), contains("speed 0 a=2"));
    assertThat(pointer().batchThrough(), is(Epochs.NONE));
    Stores.batch(store, 5, row(5, 0, "a", 2));
    assertThat(Stores.read(store), contains("batch 0 a=2"));
  }

  @Test
  void batchAloneBecomesKappaAndBack() throws Exception {
    Stores.batch(store, 4, row(4, 0, "a", 1));

    store.changeArchitecture(List.of(VIEW), Architecture.KAPPA);
    store.changeArchitecture(List.of(VIEW), Architecture.LAMBDA);

    assertThat(pointer().batchThrough(), is(4L));
    Stores.next(store, 4, 5, row(5, 0, "a", 2));
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2"));
  }

  @Test
  void batchRunThatGoesOnWhileTheStoreBecomesKappaPromotesNothing() throws Exception {
    Stores.batch(store, 4, row(4, 0, "a", 1));
    OpenSlice late = Stores.openNext(store, 4, 5, row(5, 0, "a", 2));
    store.changeArchitecture(List.of(VIEW), Architecture.KAPPA);

    assertThrows(UserException.class, () -> store.publish(List.of(late)));
    store.changeArchitecture(List.of(VIEW), Architecture.LAMBDA);
    assertThrows(UserException.class, () -> store.publish(List.of(late)));

    assertThat(Stores.read(store), contains("batch 0 a=1"));
  }

  @Test
  void replayHasDeadLettersOfItsOwn() throws Exception {
    OpenSlice live = live(5);
    store.writeDeadLetters(List.of(live), List.of(letter(1), letter(2)));
    OpenSlice history = history(1, Epochs.NONE, 5);
    store.writeDeadLetters(List.of(history), List.of(letter(2), letter(3), letter(4)));
    assertThat("beside", store.deadLetterCount(), is(2L));
    assertThat(
        "of the candidate",
        store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), List.of(history.version()), 9),
        contains(letter(2), letter(3), letter(4)));
    assertThat(
        store.deadLetterCount(
            EnumSet.allOf(DeadLetter.Kind.class), List.of(live.version(), history.version())),
        is(4L));
    OpenSlice following = store.completeBackfill(List.of(history)).get(0);

    promote(live.version(), following.version());

    assertThat(store.deadLetterCount(), is(3L));
    assertThat(
        store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), 9),
        contains(letter(2), letter(3), letter(4)));
    store.retire(List.of(live.version()));
    assertThat(Stores.number(file, "SELECT COUNT(*) FROM anabranch_dead_letter"), is(3L));
  }

  @Test
  void partialReplayTakesDeadLettersOfOlderEpochsOver() throws Exception {
    OpenSlice live = live(6, row(5, 0, "a", 1));
    store.writeDeadLetters(List.of(live), List.of(letter(4), letter(5)));

    OpenSlice history = history(1, 4, 6);
    OpenSlice following = store.completeBackfill(List.of(history)).get(0);
    promote(live.version(), following.version());

    assertThat(store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), 9), contains(letter(4)));
  }

  @Test
  void firstVersionAnswersInTheTransactionInWhichItsHistoryIsSealed() throws Exception {
    OpenSlice history = history(1, Epochs.NONE, 5);
    store.write(history, List.of(row(5, 0, "a", 10)));
    assertThat(store.live(VIEW).isPresent(), is(false));

    store.completeBackfill(List.of(history));

    assertThat(Stores.read(store), contains("batch 0 a=10"));
    assertThat(pointer().previous(), is(OptionalLong.empty()));
    assertThat(pointer().candidate(), is(OptionalLong.empty()));
  }

  @Test
  void firstBatchRunEndsAFirstHistoryOfKappaThatGoesOn() throws Exception {
    OpenSlice history = history(1, Epochs.NONE, 5);
    OpenSlice batch = Stores.batch(store, 5, row(5, 0, "a", 1));

    UserException late =
        assertThrows(UserException.class, () -> store.completeBackfill(List.of(history)));

    assertThat(late.getMessage(), containsString("is fenced and cannot write"));
    assertThat(pointer().base(), is(OptionalLong.of(batch.version())));
    assertThat(pointer().candidate(), is(OptionalLong.empty()));
    assertThat(Stores.read(store), contains("batch 0 a=1"));
  }

  @Test
  void killedPartialReplayLeavesNothingAfterTheNextOne() throws Exception {
    OpenSlice live = live(6, row(5, 0, "a", 1), row(6, 0, "a", 2));
    history(1, 5, 6); // killed
    store.collectGarbage(AT_ONCE);
    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2"));

    OpenSlice history = history(1, 5, 6);
    store.write(history, List.of(row(6, 0, "a", 2)));
    OpenSlice following = store.completeBackfill(List.of(history)).get(0);
    promote(live.version(), following.version());
    store.retire(List.of(live.version()));
    store.collectGarbage(AT_ONCE);

    assertThat(Stores.read(store), contains("batch 0 a=1", "batch 0 a=2"));
    assertThat(store.status().get(0).state().catalog().versions(), hasSize(1));
    assertThat(Stores.number(file, ROWS), is(2L));
  }

  @Test
  void versionOfAnotherDefinitionIsNotTakenOver() throws Exception {
    OpenSlice live = live(5);

    UserException changed =
        assertThrows(
            UserException.class,
            () -> store.takeOver(store.beginRun("kappa"), ref(VIEW, 2), live.version()));

    assertThat(changed.getMessage(), containsString("revision was 1 and is 2"));
    assertThat(store.version(live.version()).orElseThrow().completeThrough(), is(5L));
    assertThat(live.rows(), is(greaterThan(0L)));
  }

  /** A live Kappa version that follows the log, complete through an epoch. */
  private OpenSlice live(long through, StoredRow... rows) {
    OpenSlice live = store.openStream(store.beginRun("kappa"), ref(VIEW, 1), Architecture.KAPPA);
    store.write(live, List.of(rows));
    store.complete(live, through);
    return live;
  }

  private OpenSlice history(int revision, long after, long through) {
    return store
        .beginReplay(
            store.beginRun("replay"),
            List.of(new ReplayPlan(ref(VIEW, revision), new EpochRange(after, through))))
        .get(0);
  }

  private OpenSlice caughtUp(int revision, long through, StoredRow... rows) {
    OpenSlice history = history(revision, Epochs.NONE, through);
    store.write(history, List.of(rows));
    return store.completeBackfill(List.of(history)).get(0);
  }

  private void promote(long from, long to) {
    store.promote(List.of(new VersionSwitch(VIEW, OptionalLong.of(from), to)));
  }

  private UserException refusal(long from, long to) {
    return assertThrows(UserException.class, () -> promote(from, to));
  }

  private ViewState pointer() {
    return store.live(VIEW).orElseThrow();
  }

  private List<VersionRole> roles() {
    ViewCatalog catalog = store.status().get(0).state().catalog();
    return catalog.versions().stream().map(version -> catalog.role(version.id())).toList();
  }

  private static DeadLetter letter(long epoch) {
    return new DeadLetter(new LogPlace(epoch, "s", epoch), "no digit", "x".getBytes(UTF_8));
  }
}
