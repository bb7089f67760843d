/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Epochs;
import io.anabranch.connectors.kafka.EpochIndex.Closing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a topic, of processes that close its epochs and of others that follow it,
 * each with a clock of its own. What a follower gave out as of an epoch must be of this epoch by
 * the index in the end.
 */
class ClosingHistoriesTest {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration MARGIN = Duration.ofSeconds(5);
  private static final Epochs EPOCHS = new Epochs(Duration.ofMinutes(1));
  private static final int STEPS = 2_000;

  private long givenOut;

  @Test
  void recordsNeverChangeTheirEpochWhileClocksDifferByLessThanTheMargin() {
    for (long seed = 1; seed <= 300; seed++) {
      run(seed, MARGIN);
    }

    assertThat(givenOut, greaterThan(100_000L));
  }

  @Test
  void findsClocksThatDifferByMore() {
    AssertionError found =
        assertThrows(
            AssertionError.class,
            () -> {
              for (long seed = 1; seed <= 300; seed++) {
                run(seed, MARGIN.multipliedBy(4));
              }
            });

    assertThat(found.getMessage(), containsString("was given out as of epoch"));
    assertThat(found.getMessage(), containsString("and its reader noticed: true"));
  }

  private void run(long seed, Duration skew) {
    World world = new World(new Random(seed), skew);
    for (int step = 0; step < STEPS; step++) {
      world.step();
    }
    world.end("seed " + seed);
    givenOut += world.followers.stream().mapToLong(follower -> follower.given.size()).sum();
  }

  /** A record that was given out. */
  private record Given(int partition, long offset, long epoch) {}

  /** A process that looked up ends, and writes them later. */
  private static final class CloserRun {
    private final Duration skew;
    private final Deque<Closing> looked = new ArrayDeque<>();

    CloserRun(Duration skew) {
      this.skew = skew;
    }
  }

  private static final class Follower {
    private final Duration skew;
    private final List<Part> parts = new ArrayList<>();
    private final List<Given> given = new ArrayList<>();
    private int known; // records of the index that it has read

    Follower(Duration skew) {
      this.skew = skew;
    }
  }

  private static final class World {
    private final Random random;
    private final Topic topic =
        new Topic("none", "events", "index", EPOCHS, GRACE, MARGIN, Clock.systemUTC(), Map.of());
    private final List<Closing> written = new ArrayList<>();
    private final List<CloserRun> closers = new ArrayList<>();
    private final List<Follower> followers = new ArrayList<>();
    private long[] ends = new long[2];
    private Instant now = Instant.parse("2026-01-01T10:00:30Z");

    World(Random random, Duration skew) {
      this.random = random;
      written.add(new Closing(topic.due(now), new Offsets(ends)));
      for (int i = 0; i < 3; i++) {
        closers.add(new CloserRun(skewed(skew)));
        followers.add(new Follower(skewed(skew)));
      }
    }

    /** Any two differ by less than the whole. */
    private Duration skewed(Duration whole) {
      return Duration.ofMillis((long) ((random.nextDouble() - 0.5) * whole.toMillis()));
    }

    void step() {
      now = now.plusMillis(random.nextInt(random.nextInt(50) == 0 ? 200_000 : 3_000));
      int what = random.nextInt(100);
      if (what < 50) {
        ends = ends.clone(); // closings keep the former array
        ends[random.nextInt(ends.length)] += random.nextInt(5);
      } else if (what < 51 && ends.length < 6) {
        ends = Arrays.copyOf(ends, ends.length + 1);
      } else if (what < 65) {
        close(closers.get(random.nextInt(closers.size())));
      } else {
        follow(followers.get(random.nextInt(followers.size())));
      }
    }

    private EpochIndex index(int records) {
      return EpochIndex.EMPTY.plus(written.subList(0, records));
    }

    private void close(CloserRun closer) {
      if (!closer.looked.isEmpty()) {
        written.add(closer.looked.removeFirst());
        return;
      }
      Instant time = now.plus(closer.skew);
      EpochIndex index = index(written.size());
      if (topic.due(time) > index.last().through()) {
        int stale = random.nextInt(10) == 0 ? ends.length - 1 : ends.length; // of metadata
        int partitions = Math.max(index.last().ends().partitions(), stale);
        Offsets looked = new Offsets(Arrays.copyOf(ends, partitions));
        closer.looked.add(new Closing(topic.due(time), looked.max(index.last().ends())));
      }
    }

    private void follow(Follower follower) {
      if (random.nextInt(3) == 0) {
        follower.known = Math.max(follower.known, random.nextInt(written.size()) + 1);
      }
      if (follower.known == 0) {
        return;
      }
      EpochIndex index = index(follower.known);
      while (follower.parts.size() < index.last().ends().partitions()) {
        follower.parts.add(new Part(follower.parts.size(), 0));
      }
      for (Part part : follower.parts) {
        long epoch = index.epoch(part.partition(), part.next());
        boolean open = epoch == index.openEpoch();
        if (part.next() < ends[part.partition()]
            && (!open || topic.isSurelyOpen(epoch, now.plus(follower.skew)))) {
          follower.given.add(new Given(part.partition(), part.next(), epoch));
          part.moveTo(part.next() + 1);
          if (open) {
            part.gaveOutAs(epoch);
          }
        }
      }
    }

    void end(String seed) {
      EpochIndex index = index(written.size());
      for (Follower follower : followers) {
        for (Given given : follower.given) {
          long epoch = index.epoch(given.partition(), given.offset());
          boolean noticed = follower.parts.stream().anyMatch(part -> part.gaveOutTooMuch(index));
          assertThat(
              "%s: record %d of partition %d was given out as of epoch %d, and its reader noticed: %s"
                  .formatted(seed, given.offset(), given.partition(), given.epoch(), noticed),
              epoch,
              is(given.epoch()));
        }
      }
    }
  }
}
