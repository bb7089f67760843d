/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.Segment;
import io.anabranch.contracts.TestClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * A random history of one log: appends, stated and live, closing, time, readers of several splits
 * that read and are restored. After each step the watermark of each split is checked against a
 * model of the log that is too simple to be wrong.
 */
final class RandomHistory {
  private final String name;
  private final Random random;
  private final TestClock clock;
  private final FilesLog log;
  private final LogFolder folder;
  private final long chunkLength;
  private final int splits;
  private final List<FollowSource> sources;
  private final List<FollowReader> readers = new ArrayList<>();
  private final long[] watermarks;

  /** By split and epoch, the places that the split has still to give out. */
  private final List<Map<Long, Set<String>>> unread = new ArrayList<>();

  private long appends;

  RandomHistory(Path path, TestClock clock, long seed) {
    this.name = "seed " + seed;
    this.random = new Random(seed);
    this.clock = clock;
    this.log = Logs.open(path, clock);
    this.folder = Logs.folder(path, log, clock);
    this.splits = random.nextInt(1, 4);
    this.chunkLength = random.nextInt(8, 70);
    FollowSource whole =
        FollowSource.of(folder, FollowRequest.fromTheBeginning()).forTests(chunkLength);
    this.sources = new ArrayList<>(whole.split(splits, null));
    this.watermarks = new long[splits];
    for (int split = 0; split < splits; split++) {
      readers.add(reader(split, null));
      watermarks[split] = Long.MIN_VALUE;
      unread.add(new HashMap<>());
    }
  }

  void run() throws IOException {
    double stated = random.nextBoolean() ? 1 : 0.2;
    for (int step = 0; step < 120; step++) {
      int split = random.nextInt(splits);
      switch (random.nextInt(12)) {
        case 0 -> append(Optional.empty(), 1.1 - stated);
        case 1, 2 -> append(Optional.of(someTime(-400, 100)), stated);
        case 3 -> {
          if (random.nextInt(3) == 0) {
            log.closeThrough(someTime(-400, 30));
          }
        }
        case 4 -> clock.advance(Duration.ofMinutes(random.nextInt(50)));
        case 5 -> restore(split);
        default -> read(split);
      }
      check();
    }
    for (int split = 0; split < splits; split++) {
      while (read(split)) {
        check();
      }
    }
    check();
    checkComplete();
    for (FollowReader reader : readers) {
      reader.close();
    }
  }

  private Instant someTime(int fromMinutes, int toMinutes) {
    return clock.instant().plus(Duration.ofMinutes(random.nextInt(fromMinutes, toMinutes)));
  }

  private void append(Optional<Instant> at, double probability) throws IOException {
    if (random.nextDouble() > probability) {
      return;
    }
    byte[] content = Logs.randomLines(random, random.nextInt(1, 7), 100);
    long epoch;
    try {
      epoch = log.append(List.of(Logs.input("x", content)), at).epoch();
    } catch (UserException closed) {
      return;
    }
    Segment segment = folder.look(++appends).segments().get(0);
    for (String line : Logs.placedLines(content)) {
      long position = Long.parseLong(line.substring(0, line.indexOf(':')));
      unread
          .get(owner(segment, position / chunkLength))
          .computeIfAbsent(epoch, e -> new HashSet<>())
          .add(segment.origin() + "@" + position);
    }
  }

  private int owner(Segment segment, long chunk) throws IOException {
    List<Integer> owners = new ArrayList<>();
    for (int split = 0; split < splits; split++) {
      if (sources.get(split).nextChunk(segment, chunk) == chunk) {
        owners.add(split);
      }
    }
    assertThat(name + ": one split owns a chunk", owners, hasSize(1));
    return owners.get(0);
  }

  private boolean read(int split) throws IOException {
    FollowReader reader = readers.get(split);
    if (!reader.advance()) {
      return false;
    }
    RecordBatch batch = reader.getCurrent();
    for (int i = 0; i < batch.size(); i++) {
      String place = batch.place(i).toString();
      assertThat(
          name + ": " + place + " is given out once, by its split, in its epoch",
          unread.get(split).getOrDefault(batch.epoch(), Set.of()).remove(place),
          is(true));
    }
    return true;
  }

  private void restore(int split) throws IOException {
    FollowMark mark = readers.get(split).getCheckpointMark();
    readers.get(split).close();
    readers.set(split, reader(split, mark));
  }

  private FollowReader reader(int split, FollowMark mark) {
    return sources.get(split).createReader(PipelineOptionsFactory.create(), mark);
  }

  private void check() {
    long closedThrough = log.end().closedThrough();
    long openEnd =
        closedThrough == Epochs.NONE
            ? BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis() + 1
            : endOf(closedThrough + 1);
    for (int split = 0; split < splits; split++) {
      String which = name + ", split " + split;
      long watermark = readers.get(split).getWatermark().getMillis();
      assertThat(which + ", runs back", watermark, greaterThanOrEqualTo(watermarks[split]));
      assertThat(which + ", end of an open epoch", watermark, lessThan(openEnd));
      watermarks[split] = watermark;
      unread
          .get(split)
          .forEach(
              (epoch, places) -> {
                if (!places.isEmpty()) {
                  assertThat(which + ", not all given out", watermark, lessThan(endOf(epoch)));
                }
              });
    }
  }

  private void checkComplete() {
    for (Map<Long, Set<String>> ofSplit : unread) {
      assertThat(name + ", all is given out", ofSplit.values(), everyItem(empty()));
    }
    long closedThrough = log.end().closedThrough();
    if (closedThrough != Epochs.NONE) {
      for (long watermark : watermarks) {
        assertThat(
            name + ", all of the closed epochs is given out",
            watermark,
            greaterThanOrEqualTo(endOf(closedThrough)));
      }
    }
  }

  private long endOf(long epoch) {
    return log.epochs().end(epoch).toEpochMilli();
  }
}
