/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogChange;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.Snapshot;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random histories of the catalog in memory, each answer held against a plain fold. */
class CatalogHistoriesTest {
  private static final int STEPS = 400;

  /** With this chance another step comes in the midst of an operation. */
  private static final int ONE_IN = 4;

  private final Map<String, Long> transitions = new TreeMap<>();
  private long answers;

  @Test
  void answersEqualTheFoldInRandomHistories() {
    run(1, 120, Race::new);

    assertThat(answers, greaterThan(10_000L));
    assertThat(
        "transitions that were committed: " + transitions, transitions.keySet(), hasSize(18));
    assertThat("" + transitions, transitions.values(), everyItem(greaterThan(20L)));
  }

  @Test
  @Tag("night")
  void answersEqualTheFoldInManyRandomHistories() {
    run(1, 100_000, Race::new);
  }

  @Test
  void findsFenceThatIsCheckedBeforeTheRowsAreWritten() {
    AssertionError found =
        assertThrows(AssertionError.class, () -> run(1, 100, FenceBeforeRows::new));

    assertThat(
        found.getMessage(),
        anyOf(
            containsString("rows differ"),
            containsString("hold too much"),
            containsString("after it was published"),
            containsString("is left, and nothing names it")));
  }

  @Test
  void findsDocumentsAndRowsOfTwoMoments() {
    AssertionError found = assertThrows(AssertionError.class, () -> run(1, 100, TwoMoments::new));

    assertThat(
        found.getMessage(), anyOf(containsString("rows differ"), containsString("hold too much")));
  }

  @Test
  void findsProgressThatTheCommitDoesNotCompare() {
    AssertionError found =
        assertThrows(AssertionError.class, () -> run(1, 1_000, StaleProgress::new));

    assertThat(
        found.getMessage(), anyOf(containsString("rows differ"), containsString("hold too much")));
  }

  private void run(long from, long through, Function<Clock, Race> store) {
    for (long seed = from; seed <= through; seed++) {
      run(seed, store);
    }
  }

  private void run(long seed, Function<Clock, Race> stores) {
    Clock clock = new StepClock();
    Race store = stores.apply(clock);
    CatalogHistory history = new CatalogHistory(store, clock, seed);
    Random random = new Random(seed);
    store.race(() -> history.step(random), new Random(-seed));
    int step = 0;
    try {
      for (; step < STEPS; step++) {
        history.step(random);
      }
      store.race(() -> {}, random);
      history.end();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
    }
    answers += history.answers();
    history.transitions().forEach((name, count) -> transitions.merge(name, count, Long::sum));
  }

  /** Other runs take a step between the load of a transition and its commit. */
  private static class Race extends InMemoryStore {
    private Runnable others = () -> {};
    private Random random = new Random(0);
    private boolean racing;

    Race(Clock clock) {
      super(clock);
    }

    final void race(Runnable runs, Random dice) {
      others = runs;
      random = dice;
    }

    final void others() {
      if (!racing && random.nextInt(ONE_IN) == 0) {
        racing = true;
        try {
          others.run();
        } finally {
          racing = false;
        }
      }
    }

    @Override
    public synchronized boolean commit(List<CatalogChange> changes, Map<Long, Long> basedOn) {
      others();
      return super.commit(changes, basedOn);
    }
  }

  private static final class FenceBeforeRows extends Race {
    FenceBeforeRows(Clock clock) {
      super(clock);
    }

    @Override
    Fence requireOwner(Fence fence) {
      Fence held = super.requireOwner(fence);
      others();
      return held;
    }
  }

  private static final class StaleProgress extends Race {
    StaleProgress(Clock clock) {
      super(clock);
    }

    @Override
    public synchronized boolean commit(List<CatalogChange> changes, Map<Long, Long> basedOn) {
      return super.commit(changes, Map.of());
    }
  }

  private static final class TwoMoments extends Race {
    TwoMoments(Clock clock) {
      super(clock);
    }

    @Override
    public synchronized Snapshot snapshot() {
      return new TwoMomentsSnapshot(this, super.snapshot());
    }

    Snapshot later() {
      for (int i = 0; i < 20; i++) {
        others();
      }
      return super.snapshot();
    }
  }

  /** Reads documents at once, and rows later. */
  private record TwoMomentsSnapshot(TwoMoments store, Snapshot first) implements Snapshot {
    @Override
    public CatalogState catalog(Collection<String> views) {
      return first.catalog(views);
    }

    @Override
    public void scan(List<SliceRange> slices, ObjIntConsumer<StoredRow> rows) {
      store.later().scan(slices, rows);
    }

    @Override
    public SliceStats stats(SliceRange slice) {
      return first.stats(slice);
    }

    @Override
    public List<EpochContent> contents(List<SliceRange> slices) {
      return first.contents(slices);
    }

    @Override
    public void close() {
      first.close();
    }
  }

  /** A millisecond later each time. */
  private static final class StepClock extends Clock {
    private long millis = 1_000_000;

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis++);
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
