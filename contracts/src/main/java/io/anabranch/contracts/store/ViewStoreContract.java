/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveSlice;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogChange;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.api.spi.store.RowStore.Suspension;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every store guarantees. The author of a connector extends it and opens an empty store:
 *
 * <pre>{@code
 * class MyStoreTest extends ViewStoreContract {
 *   @Override
 *   protected ViewStore open(Clock clock) {
 *     return new MyStorage(freshDatabase(), clock);
 *   }
 * }
 * }</pre>
 */
public abstract class ViewStoreContract {
  private static final String VIEW = "views";
  private static final long ROWS = 1_000_001; // far from the numbers that the store gives out
  private static final long RUN = 1_000_002;
  private static final RowQuery EVERYTHING = query(Set.of(), Optional.empty(), OptionalInt.empty());
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private ViewStore store;

  /** Opens an empty store that reads the time from a clock. */
  protected abstract ViewStore open(Clock clock) throws Exception;

  @BeforeEach
  final void openStore() throws Exception {
    store = open(Clock.systemUTC());
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  private static StoredRow row(long epoch, long bucket, String key, long value) {
    return row(epoch, bucket, key, value, 1);
  }

  private static StoredRow row(
      long epoch, long bucket, String key, long value, long contributions) {
    return new StoredRow(
        epoch, bucket, key.getBytes(UTF_8), key, new byte[] {(byte) value}, contributions);
  }

  private static RowQuery query(Set<String> keys, Optional<String> after, OptionalInt limit) {
    return new RowQuery(
        VIEW,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        keys,
        after,
        false,
        limit,
        RowQuery.Letters.ALL,
        0,
        Optional.empty());
  }

  private static RowQuery query(
      long fromBucket, long toBucket, boolean ordered, RowQuery.Letters letters, long known) {
    return new RowQuery(
        VIEW,
        fromBucket,
        toBucket,
        Set.of(),
        Optional.empty(),
        ordered,
        OptionalInt.empty(),
        letters,
        known,
        Optional.empty());
  }

  private static CatalogChange change(
      String view, long expected, List<Fence> fences, List<LiveSlice> live) {
    LetterQuery.Scope letters = new LetterQuery.Scope(view, 7, EpochRange.ALL);
    return new CatalogChange(
        view, expected, "{\"n\":" + (expected + 1) + "}", "test", fences, live, List.of(letters));
  }

  private static LiveSlice live(long rows, EpochRange epochs, boolean speed) {
    return new LiveSlice(
        new SliceRange(rows, epochs),
        speed,
        3,
        "log",
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        Optional.empty());
  }

  private static Fence fence(long rows, long run) {
    return new Fence(VIEW, rows, run, Epochs.NONE);
  }

  /** Gives what {@link #openSlice} made to the next run. */
  private Fence takeOver() {
    Fence next = fence(ROWS, RUN + 1);
    store
        .catalog()
        .commit(
            List.of(change(VIEW, 1, List.of(next), List.of(live(ROWS, EpochRange.ALL, true)))),
            Map.of());
    return next;
  }

  /** Makes one row set that a run may write to and that readers see. */
  private Fence openSlice() {
    Fence fence = fence(ROWS, RUN);
    store.progress().heartbeat(new RunBeat(RUN, "speed", RunBeat.State.ALIVE));
    assertThat(
        store
            .catalog()
            .commit(
                List.of(change(VIEW, 0, List.of(fence), List.of(live(ROWS, EpochRange.ALL, true)))),
                Map.of()),
        is(true));
    return fence;
  }

  /** Makes two row sets that readers see: one through epoch 4, and one after it. */
  private void openBatchAndSpeed(Fence batch, Fence speed) {
    List<LiveSlice> live =
        List.of(
            live(batch.rows(), new EpochRange(Epochs.NONE, 4), false),
            live(speed.rows(), new EpochRange(4, Long.MAX_VALUE), true));
    store.catalog().commit(List.of(change(VIEW, 0, List.of(batch, speed), live)), Map.of());
  }

  private void write(Fence fence, StoredRow... rows) {
    store.rows().write(fence, List.of(rows), Suspension.IGNORED);
  }

  private List<String> answer(RowQuery query) {
    List<String> rows = new ArrayList<>();
    store
        .rows()
        .readLive(
            query,
            row ->
                rows.add(
                    (row.speed() ? "speed " : "batch ")
                        + row.bucket()
                        + " "
                        + new String(row.key(), UTF_8)
                        + "="
                        + row.accumulator()[0]));
    return rows;
  }

  private List<String> answer() {
    List<String> rows = answer(EVERYTHING);
    rows.sort(null);
    return rows;
  }

  private CatalogState state() {
    try (Snapshot snapshot = store.catalog().snapshot()) {
      return snapshot.catalog(List.of());
    }
  }

  // documents

  @Test
  void commitsAllViewsOrNone() {
    openSlice();
    CatalogChange second = change("second", 0, List.of(), List.of());

    boolean stale =
        store.catalog().commit(List.of(second, change(VIEW, 7, List.of(), List.of())), Map.of());

    assertThat(stale, is(false));
    assertThat(state().entries().keySet(), contains(VIEW));
    assertThat(state().entries().get(VIEW).revision(), is(1L));
    assertThat(
        store.catalog().commit(List.of(second, change(VIEW, 1, List.of(), List.of())), Map.of()),
        is(true));
    assertThat(state().entries().get(VIEW).document(), is("{\"n\":2}"));
    assertThat(state().entries().get("second").revision(), is(1L));
  }

  @Test
  void refusesCommitThatIsBasedOnOlderProgress() {
    Fence fence = openSlice();
    CatalogChange next = change(VIEW, 1, List.of(fence), List.of());
    store.progress().complete(fence, 4, Optional.empty());

    assertThat(store.catalog().commit(List.of(next), Map.of(ROWS, Epochs.NONE)), is(false));
    assertThat(store.catalog().commit(List.of(next), Map.of(ROWS, 3L)), is(false));
    assertThat(store.catalog().commit(List.of(next), Map.of(ROWS, 4L, 99L, 1L)), is(false));
    assertThat(store.catalog().commit(List.of(next), Map.of(ROWS, 4L, 99L, Epochs.NONE)), is(true));
  }

  @Test
  void numbersAreNeverGivenTwice() throws Exception {
    Set<Long> numbers = Collections.synchronizedSet(new TreeSet<>());
    inThreads(
        4,
        thread -> {
          for (int i = 0; i < 25; i++) {
            numbers.add(store.catalog().nextId(IdKind.RUN));
          }
        });

    assertThat(numbers, hasSize(100));
    assertThat(store.catalog().nextId(IdKind.RUN), greaterThan(Collections.max(numbers)));
    assertThat("of its own", store.catalog().nextId(IdKind.VERSION), is(1L));
  }

  @Test
  void snapshotIsOfOneMoment() {
    Fence fence = openSlice();
    write(fence, row(1, 0, "a", 1));
    SliceRange slice = new SliceRange(ROWS, EpochRange.ALL);
    try (Snapshot snapshot = store.catalog().snapshot()) {
      assertThat(snapshot.catalog(List.of(VIEW)).entries().get(VIEW).revision(), is(1L));

      write(fence, row(2, 0, "b", 2));
      store.progress().complete(fence, 2, Optional.empty());
      store.catalog().commit(List.of(change(VIEW, 1, List.of(), List.of())), Map.of());
      store.rows().delete(ROWS, EpochRange.ALL, 100);

      assertThat(snapshot.catalog(List.of()).entries().get(VIEW).revision(), is(1L));
      assertThat(snapshot.catalog(List.of()).completeThrough(ROWS), is(OptionalLong.empty()));
      assertThat(snapshot.stats(slice).count(), is(1L));
      List<String> keys = new ArrayList<>();
      snapshot.scan(List.of(slice), (row, part) -> keys.add(row.keyText()));
      assertThat(keys, contains("a"));
    }
  }

  // fences

  @Test
  void refusesWritesOfARunWithoutTheFence() {
    Fence fence = openSlice();
    Fence next = takeOver();

    FencedException refused =
        assertThrows(FencedException.class, () -> write(fence, row(1, 0, "a", 1)));
    assertThrows(FencedException.class, () -> store.rows().fill(fence, List.of(row(1, 0, "a", 1))));
    assertThrows(
        FencedException.class, () -> store.progress().complete(fence, 9, Optional.empty()));
    write(next, row(1, 0, "a", 2));

    assertThat(refused.owner(), is(RUN + 1));
    assertThat(answer(), contains("speed 0 a=2"));
    assertThat(state().completeThrough(ROWS), is(OptionalLong.empty()));
  }

  @Test
  void refusesWritesToAClosedRowSet() {
    Fence fence = openSlice();
    store.catalog().commit(List.of(change(VIEW, 1, List.of(), List.of())), Map.of());

    FencedException refused =
        assertThrows(FencedException.class, () -> write(fence, row(1, 0, "a", 1)));

    assertThat(refused.owner(), is(0L));
  }

  @Test
  void ignoresRowsOfEpochsBeforeTheFence() {
    Fence before = openSlice();
    Fence narrowed = new Fence(VIEW, ROWS, RUN, 5);
    store
        .catalog()
        .commit(
            List.of(change(VIEW, 1, List.of(narrowed), List.of(live(ROWS, EpochRange.ALL, true)))),
            Map.of());

    write(before, row(5, 0, "a", 1), row(6, 0, "b", 2));

    assertThat("the fence that is stored counts", answer(), contains("speed 0 b=2"));
  }

  /** A take-over must come through while others write all the time. */
  @Test
  void commitsAreNotStarvedByWriters() throws Exception {
    Fence fence = openSlice();
    AtomicBoolean working = new AtomicBoolean(true);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 3; writer++) {
        int bucket = writer;
        writers.add(
            threads.submit(
                () -> {
                  while (working.get()) {
                    write(fence, row(1, bucket, "a", 1), row(1, bucket, "b", 1));
                  }
                }));
      }
      long started = System.nanoTime();
      for (long revision = 1; revision <= 20; revision++) {
        CatalogChange next =
            change(VIEW, revision, List.of(fence), List.of(live(ROWS, EpochRange.ALL, true)));
        assertThat(store.catalog().commit(List.of(next), Map.of()), is(true));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      working.set(false);
      for (Future<?> writer : writers) {
        writer.get();
      }
      assertThat("20 commits among 3 writers took", took, lessThan(PATIENCE));
    } finally {
      working.set(false);
      threads.shutdownNow();
    }
  }

  // rows

  @Test
  void rowReplacesOneThatFoldsNoMoreContributions() {
    Fence fence = openSlice();
    write(fence, row(1, 0, "a", 5, 2));

    write(fence, row(1, 0, "a", 9, 1));
    assertThat("fewer", answer(), contains("speed 0 a=5"));
    write(fence, row(1, 0, "a", 6, 2));
    assertThat("as many", answer(), contains("speed 0 a=6"));
    write(fence, row(1, 0, "a", 7, 3));
    assertThat("more", answer(), contains("speed 0 a=7"));
  }

  @Test
  void rowsDifferByKeyBucketLengthAndEpoch() {
    Fence fence = openSlice();
    byte[] one = {1};
    write(
        fence,
        new StoredRow(1, 0, 0, one, "k", one, 1),
        new StoredRow(2, 0, 0, one, "k", one, 1),
        new StoredRow(1, 1, 0, one, "k", one, 1),
        new StoredRow(1, 0, 9, one, "k", one, 1),
        new StoredRow(1, 0, 0, new byte[] {2}, "k", one, 1),
        new StoredRow(1, 0, 0, one, "l", one, 1));

    try (Snapshot snapshot = store.catalog().snapshot()) {
      assertThat(snapshot.stats(new SliceRange(ROWS, EpochRange.ALL)).count(), is(6L));
    }
  }

  @Test
  void takesTheSameRowsTwiceInBulk() {
    Fence fence = openSlice();
    List<StoredRow> rows = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      rows.add(row(1, i % 10, "key-" + i, 1));
    }

    store.rows().fill(fence, rows);
    store.rows().fill(fence, rows.subList(10_000, 20_000));

    try (Snapshot snapshot = store.catalog().snapshot()) {
      SliceStats stats = snapshot.stats(new SliceRange(ROWS, EpochRange.ALL));
      assertThat(stats.count(), is(60_000L));
      assertThat(stats.minBucket(), is(0L));
      assertThat(stats.maxBucket(), is(9L));
      assertThat(stats.updated().isPresent(), is(true));
    }
  }

  @Test
  void storesEveryKey() {
    Fence fence = openSlice();
    String large = "k".repeat(1 << 20);
    List<String> keys = List.of("", "\0", "a\0b", "\ud800", "é\uD83D\uDE00", "'\";--", large);
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = {(byte) i};
      store
          .rows()
          .write(
              fence,
              List.of(new StoredRow(1, 0, key, keys.get(i), new byte[] {(byte) i}, 1)),
              Suspension.IGNORED);
    }

    for (int i = 0; i < keys.size(); i++) {
      List<Byte> found = new ArrayList<>();
      store
          .rows()
          .readLive(
              query(Set.of(keys.get(i)), Optional.empty(), OptionalInt.empty()),
              row -> found.add(row.key()[0]));
      assertThat("key " + i, found, contains((byte) i));
    }
  }

  @Test
  void readsSlicesWithinTheirEpochs() {
    Fence batch = fence(ROWS, RUN);
    Fence speed = fence(ROWS + 5, RUN);
    openBatchAndSpeed(batch, speed);
    write(batch, row(4, 0, "a", 1), row(5, 0, "a", 2));
    write(speed, row(4, 0, "a", 4), row(5, 1, "a", 8), row(6, 2, "b", 16));

    assertThat(answer(), contains("batch 0 a=1", "speed 1 a=8", "speed 2 b=16"));
    assertThat(
        answer(query(Set.of("b"), Optional.empty(), OptionalInt.empty())),
        contains("speed 2 b=16"));
    RowQuery between = query(1, 1, false, RowQuery.Letters.ALL, 0);
    assertThat("buckets from 1 to 1", answer(between), contains("speed 1 a=8"));
  }

  @Test
  void pagesHoldEachKeyOnce() {
    Fence fence = openSlice();
    List<StoredRow> rows = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rows.add(row(1, 0, "key-" + i, 1));
    }
    store.rows().write(fence, rows, Suspension.IGNORED);

    List<String> keys = new ArrayList<>();
    Optional<String> last = Optional.empty();
    int size;
    do {
      List<String> page = new ArrayList<>();
      store
          .rows()
          .readLive(query(Set.of(), last, OptionalInt.of(7)), row -> page.add(row.keyText()));
      keys.addAll(page);
      size = page.size();
      last = page.isEmpty() ? last : Optional.of(page.get(page.size() - 1));
    } while (size == 7);

    assertThat(keys, hasSize(50));
    assertThat(Set.copyOf(keys), hasSize(50));
  }

  @Test
  void orderedRowsOfAKeyComeTogether() {
    Fence batch = fence(ROWS, RUN);
    Fence speed = fence(ROWS + 5, RUN);
    openBatchAndSpeed(batch, speed);
    for (int i = 0; i < 20; i++) {
      write(batch, row(4, i % 3, "key-" + i, 1));
      write(speed, row(5, i % 2, "key-" + i, 2));
    }
    RowQuery ordered = query(Long.MIN_VALUE, Long.MAX_VALUE, true, RowQuery.Letters.ALL, 0);

    List<String> order = new ArrayList<>();
    store
        .rows()
        .readLive(
            ordered,
            row -> {
              if (order.isEmpty() || !order.get(order.size() - 1).equals(row.keyText())) {
                order.add(row.keyText());
              }
            });

    assertThat("each key comes once", order, hasSize(20));
  }

  @Test
  void waitsOfARunAddUp() {
    RunProgress.Waits waits = new RunProgress.Waits(3, Duration.ofMillis(1_500), 1);
    store.progress().addWaits(RUN, waits);
    store.progress().heartbeat(new RunBeat(RUN, "speed", RunBeat.State.ALIVE));

    store.progress().addWaits(RUN, waits);
    store.progress().addWaits(RUN, new RunProgress.Waits(2, Duration.ZERO, 0));
    store.progress().heartbeat(new RunBeat(RUN, "speed", RunBeat.State.ALIVE));

    assertThat(
        store.progress().read(List.of(RUN)).stream().map(RunProgress::waits).toList(),
        contains(new RunProgress.Waits(5, Duration.ofMillis(1_500), 1)));
  }

  @Test
  void headTellsTheMomentOfTheRows() {
    assertThat(store.rows().readLive(EVERYTHING, row -> {}), is(Optional.empty()));
    Fence fence = openSlice();
    LogEnd end = new LogEnd(LogPosition.of("log", 9), 5, 1, 6, Epochs.NONE);
    store
        .progress()
        .heartbeat(
            new RunBeat(
                RUN,
                "speed",
                RunBeat.State.ALIVE,
                Optional.of(new RunBeat.Log("log", end)),
                List.of(),
                List.of()));
    write(fence, row(5, 0, "a", 1));
    store.progress().complete(fence, 5, Optional.of(LogPosition.of("log", 8)));

    LiveHead head = store.rows().readLive(EVERYTHING, row -> {}).orElseThrow();

    assertThat(head.revision(), is(1L));
    assertThat(head.document(), is(Optional.of("{\"n\":1}")));
    assertThat(head.log(), is(Optional.of(end)));
    LiveHead.Activity slice = head.following().get(0);
    assertThat(slice.rows(), is(ROWS));
    assertThat(slice.completeThrough(), is(OptionalLong.of(5)));
    assertThat(slice.position(), is(Optional.of(LogPosition.of("log", 8))));
    assertThat(slice.changes(), is(1L));
    assertThat(slice.updated().isPresent(), is(true));
    assertThat(slice.seen().isPresent(), is(true));
    RowQuery known = query(0, 0, false, RowQuery.Letters.ALL, 1);
    assertThat(
        store.rows().readLive(known, row -> {}).orElseThrow().document(), is(Optional.empty()));
  }

  @Test
  void deletesRowsInParts() {
    Fence fence = openSlice();
    List<StoredRow> rows = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      rows.add(row(1 + i % 5, 0, "key-" + i, 1));
    }
    store.rows().write(fence, rows, Suspension.IGNORED);

    assertThat(store.rows().delete(ROWS, new EpochRange(0, 2), 4), is(4L));
    assertThat(store.rows().delete(ROWS, new EpochRange(0, 2), 100), is(6L));
    assertThat(answer(), hasSize(15));
    assertThat(store.rows().delete(ROWS, EpochRange.ALL, 100), is(15L));
    assertThat(answer(), empty());
  }

  @Test
  void scanPutsRowsOfAKeyTogether() {
    Fence first = fence(ROWS, RUN);
    Fence second = fence(ROWS + 5, RUN);
    store.catalog().commit(List.of(change(VIEW, 0, List.of(first, second), List.of())), Map.of());
    for (int i = 0; i < 20; i++) {
      write(first, row(1, i % 2, "key-" + i, 1), row(2, i % 2, "key-" + i, 2));
      write(second, row(3, i % 2, "key-" + i, 3));
    }
    List<SliceRange> slices =
        List.of(
            new SliceRange(ROWS, new EpochRange(1, 9)),
            new SliceRange(ROWS + 5, EpochRange.ALL),
            new SliceRange(ROWS + 6, EpochRange.ALL));

    List<String> seen = new ArrayList<>();
    List<String> order = new ArrayList<>();
    try (Snapshot snapshot = store.catalog().snapshot()) {
      snapshot.scan(
          slices,
          (row, slice) -> {
            seen.add(row.keyText() + " " + slice + "=" + row.accumulator()[0]);
            if (order.isEmpty() || !order.get(order.size() - 1).equals(row.keyText())) {
              order.add(row.keyText());
            }
          });
    }

    assertThat(seen, hasSize(40));
    assertThat(Set.copyOf(seen).contains("key-3 0=2"), is(true));
    assertThat(Set.copyOf(seen).contains("key-3 1=3"), is(true));
    assertThat("each key comes once", order, hasSize(20));
  }

  @Test
  void scansManySlices() {
    Fence fence = openSlice();
    List<SliceRange> slices = new ArrayList<>();
    List<StoredRow> rows = new ArrayList<>();
    for (int epoch = 1; epoch <= 1_200; epoch++) {
      slices.add(new SliceRange(ROWS, new EpochRange(epoch - 1L, epoch)));
      rows.add(row(epoch, 0, "key-" + epoch % 3, 1));
    }
    store.rows().write(fence, rows, Suspension.IGNORED);

    List<String> order = new ArrayList<>();
    Set<Integer> parts = new TreeSet<>();
    try (Snapshot snapshot = store.catalog().snapshot()) {
      snapshot.scan(
          slices,
          (row, slice) -> {
            parts.add(slice);
            if (order.isEmpty() || !order.get(order.size() - 1).equals(row.keyText())) {
              order.add(row.keyText());
            }
          });
    }

    assertThat(parts, hasSize(1_200));
    assertThat("each key comes once", order, hasSize(3));
  }

  // progress

  @Test
  void completionNeverGoesBack() {
    Fence fence = openSlice();

    store.progress().complete(fence, 5, Optional.of(LogPosition.of("log", 8)));
    store.progress().complete(fence, 3, Optional.empty());

    assertThat(state().completeThrough(ROWS), is(OptionalLong.of(5)));
    assertThat(
        store.rows().readLive(EVERYTHING, row -> {}).orElseThrow().following().get(0).position(),
        is(Optional.of(LogPosition.of("log", 8))));
  }

  @Test
  void takeOverForgetsThePosition() {
    Fence fence = openSlice();
    store.progress().complete(fence, 5, Optional.of(LogPosition.of("log", 8)));

    takeOver();

    LiveHead.Activity slice =
        store.rows().readLive(EVERYTHING, row -> {}).orElseThrow().following().get(0);
    assertThat(slice.position(), is(Optional.empty()));
    assertThat(slice.completeThrough(), is(OptionalLong.of(5)));
  }

  @Test
  void runReadsForASliceUntilAnotherTakesItOver() {
    Fence fence = openSlice();
    store.progress().report(List.of(new ReadReport.Begun(fence, 2, false)));
    Optional<Instant> before = state().readings().get(ROWS).alive();

    Fence next = takeOver();
    store.progress().heartbeat(new RunBeat(next.run(), "speed", RunBeat.State.ALIVE));
    store.progress().report(List.of(read(next, 4, 100, 10, 7), new ReadReport.Stored(next)));
    ReadProgress taken = state().readings().get(ROWS);
    store.progress().report(List.of(new ReadReport.Begun(next, 2, false)));

    Instant seen = store.progress().read(List.of(next.run())).get(0).seen();
    assertThat(before.isPresent(), is(true));
    assertThat("what the first one read", taken.ended(), is(true));
    assertThat("before the next one began to read", taken.records(), is(0L));
    assertThat("before the next one began to read", taken.stored(), is(false));
    assertThat(state().readings().get(ROWS).alive(), is(Optional.of(seen)));
  }

  @Test
  void suspendedRunCompletesNothing() {
    Fence fence = openSlice();
    store.progress().heartbeat(new RunBeat(RUN, "speed", RunBeat.State.SUSPENDED));
    store.progress().heartbeat(new RunBeat(RUN, "speed", RunBeat.State.ALIVE));

    boolean completed = store.progress().complete(fence, 5, Optional.empty());
    store.rows().write(fence, List.of(row(1, 0, "window", 1)), Suspension.RESPECTED);
    store.rows().write(fence, List.of(row(1, 0, "sum", 1)), Suspension.IGNORED);

    assertThat(completed, is(false));
    assertThat(state().completeThrough(ROWS), is(OptionalLong.empty()));
    assertThat(answer(), contains("speed 0 sum=1"));
  }

  @Test
  void remembersRuns() {
    Fence fence = openSlice();
    write(fence, row(1, 0, "a", 1), row(1, 0, "b", 1));
    store.progress().report(List.of(new ReadReport.Begun(fence, 2, false)));
    store.progress().report(List.of(read(fence, 4, 100, 10, 7)));
    store.progress().report(List.of(read(fence, 3, 50, 5, 6)));
    store.progress().report(List.of(read(fence(ROWS, RUN + 1), 9, 1_000, 1_000, 9)));
    store.progress().heartbeat(new RunBeat(RUN, "", RunBeat.State.ENDED));

    RunProgress run = store.progress().read(List.of(RUN)).get(0);

    assertThat(run.layer(), is("speed"));
    assertThat(run.rowsWritten(), is(2L));
    assertThat(run.ended().isPresent(), is(true));
    ReadProgress reading = run.readings().get(ROWS);
    assertThat("its run has ended", state().readings().get(ROWS).ended(), is(true));
    assertThat(reading.after(), is(2L));
    assertThat(reading.through(), is(4L));
    assertThat(reading.bytes(), is(150L));
    assertThat(reading.records(), is(15L));
    assertThat("the largest", reading.position(), is(LogPosition.of("log", 7)));
    assertThat(reading.earlier(), is(LogPosition.START));
    assertThat(store.progress().read(List.of(99L)), empty());
    assertThat(store.progress().read(List.of()), hasSize(1));
  }

  /** Rows of the run before are still there, so what it has read counts for who replaces them. */
  @Test
  void remembersHowFarTheRunBeforeHasRead() {
    Fence fence = openSlice();
    store.progress().report(List.of(new ReadReport.Begun(fence, 2, false)));
    store.progress().report(List.of(read(fence, 4, 100, 10, 7)));

    store.progress().report(List.of(new ReadReport.Begun(fence, 3, false)));
    store.progress().report(List.of(read(fence, 4, 10, 1, 5)));

    ReadProgress progress = state().readings().get(ROWS);
    assertThat(progress.after(), is(3L));
    assertThat(progress.bytes(), is(10L));
    assertThat(progress.position(), is(LogPosition.of("log", 5)));
    assertThat(progress.earlier(), is(LogPosition.of("log", 7)));
    assertThat(progress.reached(), is(LogPosition.of("log", 7)));
  }

  @Test
  void remembersThatARunStoredAllThatItRead() {
    Fence fence = openSlice();
    store.progress().report(List.of(new ReadReport.Begun(fence, 2, false)));
    store.progress().report(List.of(read(fence, 4, 100, 10, 7)));
    assertThat(state().readings().get(ROWS).stored(), is(false));

    store.progress().report(List.of(new ReadReport.Stored(fence)));
    assertThat(state().readings().get(ROWS).stored(), is(true));

    store.progress().report(List.of(new ReadReport.Begun(fence, 4, false)));
    assertThat("another run begins", state().readings().get(ROWS).stored(), is(false));
  }

  private static ReadReport read(Fence fence, long through, long bytes, long records, long next) {
    return new ReadReport.Read(
        fence, new ReadProgress.Increment(through, bytes, records, LogPosition.of("log", next)));
  }

  @Test
  void remembersWhatEpochsHeld() {
    Fence fence = openSlice();
    EpochContent one = new EpochContent(1, "p1", 1, 10, "aa", true);
    EpochContent two = new EpochContent(2, "p2", 2, 20, "bb", false);
    EpochContent again = new EpochContent(2, "p3", 3, 30, "cc", true);
    remember(fence, List.of(one, two));
    remember(fence, List.of(again));
    remember(fence(ROWS, RUN + 1), List.of(new EpochContent(3, "p4", 1, 1, "dd", true)));

    try (Snapshot snapshot = store.catalog().snapshot()) {
      assertThat(
          snapshot.contents(List.of(new SliceRange(ROWS, EpochRange.ALL))), contains(one, again));
      assertThat(
          snapshot.contents(List.of(new SliceRange(ROWS, new EpochRange(1, 9)))), contains(again));
    }
  }

  private void remember(Fence fence, List<EpochContent> contents) {
    store
        .progress()
        .heartbeat(
            new RunBeat(
                fence.run(),
                "speed",
                RunBeat.State.ALIVE,
                Optional.empty(),
                List.of(fence),
                contents));
  }

  // dead letters

  private static DeadLetter undecodable(long epoch, long position) {
    return new DeadLetter(new LogPlace(epoch, "part", position), "bad", new byte[] {1});
  }

  private static DeadLetter late(String view, long epoch, long position, long time) {
    return new DeadLetter(
        new LogPlace(epoch, "part", position),
        DeadLetter.Kind.LATE,
        Optional.of(view),
        Optional.of(Instant.ofEpochMilli(time)),
        "late",
        new byte[] {2});
  }

  private List<DeadLetter> letters(LetterQuery query) {
    List<DeadLetter> letters = new ArrayList<>();
    store.deadLetters().read(query, letters::add);
    return letters;
  }

  private static LetterQuery everyLetter(int limit, LetterQuery.Scope... scopes) {
    return new LetterQuery(List.of(scopes), EnumSet.allOf(DeadLetter.Kind.class), limit);
  }

  @Test
  void keepsEachDeadLetterOnce() {
    LetterQuery.Scope mine = new LetterQuery.Scope(VIEW, 7, EpochRange.ALL);
    LetterQuery.Scope others = new LetterQuery.Scope("other", 8, EpochRange.ALL);
    Map<String, Long> generations = Map.of(VIEW, 7L, "other", 8L);
    DeadLetter first = undecodable(1, 5);
    DeadLetter second = late(VIEW, 1, 9, 50);
    DeadLetter third = late("other", 2, 1, 60);

    store.deadLetters().write(generations, List.of(third, second, first));
    store.deadLetters().write(generations, List.of(first, second));

    assertThat(letters(everyLetter(10, mine)), contains(first, second));
    assertThat(letters(everyLetter(10, mine, others)), contains(first, second, third));
    assertThat(letters(everyLetter(2, mine, others)), contains(first, second));
    assertThat(store.deadLetters().count(everyLetter(10, mine, others)), is(3L));
    assertThat(store.deadLetters().count(everyLetter(2, mine, others)), is(2L));
    assertThat(store.deadLetters().count(everyLetter(10, mine)), is(2L));
    assertThat(
        letters(everyLetter(10, new LetterQuery.Scope("other", 8, new EpochRange(1, 2)))),
        contains(third));
    assertThat(
        letters(new LetterQuery(List.of(mine), Set.of(DeadLetter.Kind.LATE), 10)),
        contains(second));
  }

  @Test
  void discardedDeadLettersStaySoInAllGenerations() {
    LetterQuery.Scope before = new LetterQuery.Scope(VIEW, 7, EpochRange.ALL);
    LetterQuery.Scope after = new LetterQuery.Scope(VIEW, 8, EpochRange.ALL);
    DeadLetter first = undecodable(1, 5);
    DeadLetter second = undecodable(1, 6);
    DeadLetter late = late(VIEW, 1, 5, 50);
    DeadLetter never = undecodable(2, 1);
    store.deadLetters().write(Map.of(VIEW, 7L), List.of(first, second, late));

    store.deadLetters().discard(List.of(first.withoutRecord(), late.as(DeadLetter.Kind.FAILED)));
    store.deadLetters().discard(List.of(first, never));
    store.deadLetters().write(Map.of(VIEW, 8L), List.of(second, first, never, late));

    DeadLetter discarded = first.as(DeadLetter.Kind.DISCARDED);
    assertThat(letters(everyLetter(9, before)), contains(discarded, late, second));
    assertThat(
        letters(everyLetter(9, after)),
        contains(discarded, late, second, never.as(DeadLetter.Kind.DISCARDED)));
    assertThat(faults(before), is(1L));
    assertThat(faults(after), is(1L));
    LetterQuery discards = new LetterQuery(List.of(before), Set.of(DeadLetter.Kind.DISCARDED), 9);
    assertThat(store.deadLetters().count(discards), is(1L));
  }

  private long faults(LetterQuery.Scope scope) {
    return store
        .deadLetters()
        .count(new LetterQuery(List.of(scope), DeadLetter.Kind.FAULTS, Integer.MAX_VALUE));
  }

  @Test
  void countsEachDeadLetterOnceWhereGenerationsMeet() {
    store.deadLetters().write(Map.of(VIEW, 7L), List.of(undecodable(1, 1), undecodable(2, 1)));
    store.deadLetters().write(Map.of(VIEW, 8L), List.of(undecodable(2, 1), undecodable(3, 1)));
    LetterQuery.Scope through2 = new LetterQuery.Scope(VIEW, 7, new EpochRange(Epochs.NONE, 2));

    for (long after : new long[] {0, 1, 2}) {
      LetterQuery.Scope later =
          new LetterQuery.Scope(VIEW, 8, new EpochRange(after, Long.MAX_VALUE));
      assertThat(
          "after " + after, store.deadLetters().count(everyLetter(9, through2, later)), is(3L));
    }
  }

  @Test
  void headCountsDeadLetters() {
    openSlice();
    List<DeadLetter> letters = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      letters.add(undecodable(i % 3, i));
    }
    letters.add(late(VIEW, 2, 1, 50));
    letters.add(late(VIEW, 2, 2, 60));
    letters.add(late(VIEW, 3, 3, 60));
    store.deadLetters().write(Map.of(VIEW, 7L), letters);

    LiveHead all = store.rows().readLive(EVERYTHING, row -> {}).orElseThrow();
    RowQuery some = query(0, 0, false, new RowQuery.Letters(2, 55, 100, 2, 1_000), 0);
    LiveHead part = store.rows().readLive(some, row -> {}).orElseThrow();

    assertThat(all.undecodable(), is((long) LiveHead.MOST_LETTERS));
    assertThat(all.late(), is(3L));
    assertThat("of epoch 2 and later", part.undecodable(), is(500L));
    assertThat("of times from 55, but none of epoch 2", part.late(), is(1L));
  }

  @Test
  void headCountsRowsThatWereRefusedForTheirViewOnly() {
    openSlice();
    LogPlace place = new LogPlace(2, "row k", 50);
    Optional<Instant> bucket = Optional.of(Instant.ofEpochMilli(50));
    for (String view : List.of(VIEW, "other")) {
      DeadLetter refused =
          new DeadLetter(
              place, DeadLetter.Kind.REFUSED, Optional.of(view), bucket, "no", new byte[] {1});
      store.deadLetters().write(Map.of(VIEW, 7L, "other", 7L), List.of(refused));
    }
    store.deadLetters().write(Map.of(VIEW, 7L), List.of(undecodable(1, 1), late(VIEW, 2, 1, 50)));

    LiveHead head = store.rows().readLive(EVERYTHING, row -> {}).orElseThrow();

    assertThat(head.undecodable(), is(2L));
    assertThat("a refused row is not late", head.late(), is(1L));
  }

  @Test
  void dropsDeadLettersThatNoDocumentNames() {
    store.deadLetters().write(Map.of(VIEW, 7L), List.of(undecodable(1, 1)));
    store.deadLetters().write(Map.of(VIEW, 8L), List.of(undecodable(1, 1)));

    store
        .deadLetters()
        .dropAllBut(
            () -> { // a generation that begins after the store listed them
              store.deadLetters().write(Map.of(VIEW, 9L), List.of(undecodable(1, 2)));
              return Set.of(8L);
            });

    assertThat(letters(everyLetter(9, new LetterQuery.Scope(VIEW, 7, EpochRange.ALL))), empty());
    assertThat(letters(everyLetter(9, new LetterQuery.Scope(VIEW, 8, EpochRange.ALL))), hasSize(1));
    assertThat(letters(everyLetter(9, new LetterQuery.Scope(VIEW, 9, EpochRange.ALL))), hasSize(1));
  }

  // all together

  /** As {@link CatalogHistory}, from several threads. */
  @Test
  void answersEqualTheFoldWhileRunsRace() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    CatalogHistory history = new CatalogHistory(store, Clock.systemUTC(), seed);
    try {
      inThreads(
          4,
          thread -> {
            Random random = new Random(seed + thread);
            for (int step = 0; step < steps(); step++) {
              history.step(random);
            }
          });
      history.end();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
    }

    assertThat(history.answers(), greaterThan(0L));
  }

  /** How many steps each of four threads takes in the random history. */
  protected int steps() {
    return 400;
  }

  /** Work of one thread. */
  private interface Work {
    void in(int thread) throws Exception;
  }

  private static void inThreads(int count, Work work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int thread = i;
        futures.add(
            threads.submit(
                () -> {
                  work.in(thread);
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        try {
          future.get();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw e;
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
