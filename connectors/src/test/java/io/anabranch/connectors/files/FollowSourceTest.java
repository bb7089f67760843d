/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.StopSignal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class FollowSourceTest extends OpenLog {
  @Test
  void readsSegmentsInTheirOrderAndThenWaits() throws Exception {
    Logs.stated(log, "2026-01-01T09:00:00Z", "a\nb\n");
    Logs.stated(log, "2026-01-01T08:00:00Z", "c\n");

    try (FollowReader reader = reader(source(Epochs.NONE, Long.MAX_VALUE, 100), null)) {
      assertThat(read(reader), contains("segment-1@0:a", "segment-1@2:b", "segment-2@0:c"));
      assertThat(read(reader), empty());

      Logs.live(log, "d\n");
      assertThat(read(reader), contains("segment-3@0:d"));
    }
  }

  @Test
  void oneBatchIsGivenOutPerAdvanceAtTheMinimumTimestamp() throws Exception {
    Logs.live(log, "x".repeat(99) + "\n" + "y".repeat(70_000) + "\nz\n");

    try (FollowReader reader = reader(source(Epochs.NONE, Long.MAX_VALUE, 1 << 20), null)) {
      assertThat(reader.start(), is(true));
      assertThat(reader.getCurrent().size(), equalTo(2));
      assertThat(reader.getCurrentTimestamp(), equalTo(BoundedWindow.TIMESTAMP_MIN_VALUE));
      assertThat(reader.advance(), is(true));
      assertThat(reader.getCurrent().size(), equalTo(1));
      assertThat("how far it is read", reader.advance(), is(true));
      assertThat(reader.getCurrent().size(), equalTo(0));
      assertThat(reader.getCurrent().readThrough(), equalTo(Stripes.after(1)));
      assertThat(reader.getCurrentTimestamp(), equalTo(BoundedWindow.TIMESTAMP_MIN_VALUE));
      assertThat(reader.advance(), is(false));
      assertThrows(NoSuchElementException.class, reader::getCurrent);
      assertThrows(NoSuchElementException.class, reader::getCurrentTimestamp);
    }
  }

  @Test
  void epochsThroughAfterAreLeftOut() throws Exception {
    Logs.stated(log, "2026-01-01T09:00:00Z", "a\n");
    Logs.stated(log, "2026-01-01T10:00:00Z", "b\n");
    long after = log.epochs().at(Instant.parse("2026-01-01T09:00:00Z"));

    try (FollowReader reader = reader(source(after, Long.MAX_VALUE, 100), null)) {
      assertThat(read(reader), contains("segment-2@0:b"));
    }
  }

  @Test
  void whatComesAfterTheEndIsLeftOutAndTheWatermarkGoesToTheEndOfTime() throws Exception {
    Logs.live(log, "a\n");
    Logs.live(log, "b\n");

    try (FollowReader reader = reader(source(Epochs.NONE, 1, 100), null)) {
      assertThat(reader.start(), is(true));
      assertThat(reader.getWatermark(), not(equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE)));
      assertThat(read(reader), empty());
      assertThat(reader.getWatermark(), equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE));
    }
  }

  /** Whoever is never idle must not look as if it lagged behind in stripes that have nothing. */
  @Test
  void readerThatIsNeverIdleSaysHowFarAllStripesAreRead() throws Exception {
    Logs.live(log, "a\n");
    Logs.live(log, "b\n");
    Logs.live(log, "c\n");

    try (FollowReader reader = reader(source(Epochs.NONE, Long.MAX_VALUE, 100), null)) {
      assertThat(reader.start(), is(true));
      for (int next = 4; next < 8; next++) {
        Logs.live(log, "more\n");
        assertThat(reader.advance(), is(true));
        assertThat(reader.getCurrent().size(), is(1));
        assertThat(
            "all before its segment",
            reader.getCurrent().readThrough().covers(Stripes.after(next - 3)),
            is(true));
        assertThat(reader.getCurrent().readThrough().covers(Stripes.after(next - 2)), is(false));
      }
    }
  }

  @Test
  void readerThatWasStoppedGoesOnAfterARestore() throws Exception {
    Logs.live(log, "a\n");
    StopSignal stop = StopSignal.create();
    FollowMark mark;
    try (FollowReader reader = reader(source(Epochs.NONE, Long.MAX_VALUE, 100, stop), null)) {
      read(reader);
      stop.raise();
      assertThat(reader.advance(), is(false));
      mark = copy(reader.getCheckpointMark());
    }
    Logs.live(log, "b\n");

    try (FollowReader restored = reader(source(Epochs.NONE, Long.MAX_VALUE, 100), mark)) {
      assertThat(restored.getWatermark(), not(equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE)));
      assertThat(read(restored), contains("segment-2@0:b"));
    }
  }

  @Test
  void raisedSignalEndsAReaderWhereItIs() throws Exception {
    Logs.live(log, "a\nb\nc\n");
    Logs.live(log, "d\n");
    StopSignal stop = StopSignal.create();
    FollowSource shipped =
        SerializableUtils.clone(source(Epochs.NONE, Long.MAX_VALUE, 2, stop)); // as runners do

    try (FollowReader reader = reader(shipped, null);
        FollowReader notStarted = reader(shipped, null)) {
      assertThat(reader.start(), is(true));
      assertThat(places(reader.getCurrent()), contains("segment-1@0:a"));

      stop.raise();

      assertThat("records are left", reader.advance(), is(false));
      assertThat(reader.getWatermark(), equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE));
      assertThrows(NoSuchElementException.class, reader::getCurrent);
      Logs.live(log, "e\n");
      assertThat(read(reader), empty());
      assertThat(reader.getWatermark(), equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE));
      assertThat("nor does one begin", notStarted.start(), is(false));
      assertThat(notStarted.getWatermark(), equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE));
    }
  }

  @Test
  void signalOfAnotherSourceIsIgnored() throws Exception {
    Logs.live(log, "a\n");
    Logs.live(log, "b\n");
    StopSignal others = StopSignal.create();

    try (FollowReader reader =
        reader(source(Epochs.NONE, Long.MAX_VALUE, 100, StopSignal.create()), null)) {
      assertThat(reader.start(), is(true));
      others.raise();

      assertThat(read(reader), contains("segment-2@0:b"));
      assertThat(reader.getWatermark(), not(equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE)));
    }
  }

  @Test
  void endOfAnEmptyLogIsReachedAtOnce() throws Exception {
    for (FollowSource split : source(Epochs.NONE, 0, 100).split(3, null)) {
      try (FollowReader reader = reader(split, null)) {
        assertThat(reader.start(), is(false));
        assertThat(reader.getWatermark(), equalTo(BoundedWindow.TIMESTAMP_MAX_VALUE));
      }
    }
  }

  @Test
  void largeSegmentIsReadBySeveralSplits() throws Exception {
    Logs.live(log, "0123456\n".repeat(1000));

    List<Integer> counts = new ArrayList<>();
    for (FollowSource split : source(Epochs.NONE, 1, 100).split(4, null)) {
      try (FollowReader reader = reader(split, null)) {
        counts.add(read(reader).size());
      }
    }

    assertThat(counts, hasSize(4));
    assertThat(counts, everyItem(greaterThan(200)));
  }

  @Test
  void smallSegmentsAreSpreadOverTheSplits() throws Exception {
    for (int i = 0; i < 60; i++) {
      Logs.live(log, "a\n");
    }

    for (FollowSource split : source(Epochs.NONE, 60, 100).split(3, null)) {
      try (FollowReader reader = reader(split, null)) {
        assertThat(read(reader).size(), greaterThan(10));
      }
    }
  }

  @Test
  void splitIsNotSplitAgain() {
    FollowSource split = source(Epochs.NONE, 0, 100).split(3, null).get(1);

    assertThat(split.split(5, null), contains(split));
    assertThat(source(Epochs.NONE, 0, 100).split(1, null), hasSize(1));
  }

  /** A runner may stop a reader anywhere and make another from its mark, in another process. */
  @Test
  void readersRestoredAnywhereGiveOutEachRecordOnce() throws Exception {
    for (long seed = 0; seed < 25; seed++) {
      Random random = new Random(seed);
      Path path = folder.resolve("log-" + seed);
      log = Logs.open(path, clock);
      List<String> expected = new ArrayList<>();
      int splits = 1 + random.nextInt(4);
      FollowSource whole =
          FollowSource.of(Logs.folder(path, log, clock), FollowRequest.fromTheBeginning())
              .forTests(1 + random.nextInt(100_000));
      List<FollowSource> sources = new ArrayList<>(whole.split(splits, null));
      List<FollowReader> readers = new ArrayList<>();
      for (FollowSource source : sources) {
        readers.add(reader(source, null));
      }
      List<String> got = new ArrayList<>();
      boolean[] started = new boolean[splits];

      for (int step = 0, appends = 0; step < 300 || appends < 6; step++) {
        int split = random.nextInt(splits);
        switch (random.nextInt(8)) {
          case 0 -> {
            if (appends < 6) {
              byte[] content = Logs.randomLines(random, 1 + random.nextInt(200), 150_000);
              log.append(List.of(Logs.input("x", content)), Optional.empty());
              String origin = "segment-" + ++appends + "@";
              Logs.placedLines(content).forEach(line -> expected.add(origin + line));
              clock.advance(java.time.Duration.ofMinutes(random.nextInt(40)));
            }
          }
          case 1 -> {
            FollowMark mark = copy(readers.get(split).getCheckpointMark());
            readers.get(split).close();
            readers.set(split, reader(sources.get(split), mark));
            started[split] = false;
          }
          default -> {
            FollowReader reader = readers.get(split);
            if (started[split] ? reader.advance() : reader.start()) {
              got.addAll(places(reader.getCurrent()));
            }
            started[split] = true;
          }
        }
      }
      for (int split = 0; split < splits; split++) {
        got.addAll(read(readers.get(split)));
        readers.get(split).close();
      }

      got.sort(null);
      expected.sort(null);
      assertThat("seed " + seed, got.equals(expected), is(true));
    }
  }

  private FollowSource source(long after, long until, long chunkLength) {
    return source(after, until, chunkLength, StopSignal.create());
  }

  private FollowSource source(long after, long until, long chunkLength, StopSignal stop) {
    FollowRequest request = FollowRequest.after(after).stoppedBy(stop);
    request = until == Long.MAX_VALUE ? request : request.until(Stripes.after(until));
    return FollowSource.of(Logs.folder(folder, log, clock), request).forTests(chunkLength);
  }

  private static FollowReader reader(FollowSource source, FollowMark mark) {
    return source.createReader(PipelineOptionsFactory.create(), mark);
  }

  private static FollowMark copy(FollowMark mark) throws Exception {
    return CoderUtils.clone(FollowMark.FollowMarkCoder.of(), mark);
  }

  /** Reads what there is; advancing a reader that was not started does no harm. */
  private static List<String> read(FollowReader reader) throws Exception {
    List<String> lines = new ArrayList<>();
    while (reader.advance()) {
      lines.addAll(places(reader.getCurrent()));
    }
    return lines;
  }

  private static List<String> places(RecordBatch batch) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      lines.add(batch.place(i) + ":" + new String(batch.bytes(i), StandardCharsets.ISO_8859_1));
    }
    return lines;
  }
}
