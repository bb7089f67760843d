/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.StopSignal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.joda.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every log guarantees. The author of a connector extends it, and says how records get into an
 * empty log whose epochs have a length of one hour.
 */
public abstract class EventLogContract {
  private static final Instant TEN = Instant.parse("2026-01-01T10:00:00Z");
  private static final Map<String, Queue<Seen>> SEEN = new ConcurrentHashMap<>();

  private LogUnderTest tested;
  private EventLog log;

  /** A log, and the ways to change it that its connector has. */
  public interface LogUnderTest {
    /** Opens the log; it is called again to open it as another process would. */
    EventLog open();

    /** Appends records in one step at a time that is not closed. */
    void append(Instant at, List<String> records);

    /** Closes every epoch that ends at or before a time. */
    void closeThrough(Instant time);
  }

  /** A record that a pipeline read. */
  private record Seen(long epoch, String place, String text) {}

  /** Makes an empty log. */
  protected abstract LogUnderTest create() throws Exception;

  @BeforeEach
  final void openLog() throws Exception {
    tested = create();
    log = tested.open();
  }

  @AfterEach
  final void closeLog() {
    log.close();
  }

  private static Instant hour(int hour) {
    return TEN.plusSeconds((hour - 10) * 3_600L);
  }

  private static Instant within(int hour) {
    return hour(hour).plusSeconds(600);
  }

  private long epoch(int hour) {
    return log.epochs().at(hour(hour));
  }

  private static List<String> texts(List<Seen> seen) {
    return seen.stream().map(Seen::text).toList();
  }

  private EpochRange all() {
    return new EpochRange(Epochs.NONE, log.end().closedThrough());
  }

  @Test
  void hasOneIdentityWhoeverOpensIt() throws Exception {
    try (EventLog again = tested.open()) {
      assertThat(again.id(), is(log.id()));
      assertThat(again.epochs(), is(log.epochs()));
    }
    try (EventLog other = create().open()) {
      assertThat("another log", other.id(), is(not(log.id())));
    }
  }

  @Test
  void isEmptyAtFirst() {
    assertThat(log.end().isEmpty(), is(true));
    assertThat(log.end().lastClosedWithRecords().isPresent(), is(false));
    assertThat(log.contents(EpochRange.ALL), empty());
    assertThat(read(log.readClosed(new EpochRange(Epochs.NONE, Epochs.NONE))), empty());
  }

  @Test
  void endTellsWhatThereIs() {
    tested.append(within(10), List.of("a"));
    LogEnd first = log.end();
    tested.append(within(12), List.of("b"));
    tested.closeThrough(hour(11));

    LogEnd end = log.end();

    assertThat(end.position(), is(not(first.position())));
    assertThat(end.firstEpoch(), is(epoch(10)));
    assertThat(end.lastEpoch(), is(epoch(12)));
    assertThat(end.closedThrough(), is(epoch(10)));
    LogSize size = log.size(EpochRange.ALL);
    LogSize part = log.size(new EpochRange(epoch(10), Long.MAX_VALUE));
    assertThat(part.bytes(), is(lessThan(size.bytes())));
  }

  @Test
  void closedEpochsAreReadOnce() {
    tested.append(within(10), List.of("a", "b"));
    tested.append(within(11), List.of("c"));
    tested.append(within(10), List.of("d"));
    tested.append(within(12), List.of("e"));
    tested.closeThrough(hour(12));

    List<Seen> seen = read(log.readClosed(all()));
    List<Seen> part = read(log.readClosed(new EpochRange(epoch(10), epoch(11))));

    assertThat(texts(seen), containsInAnyOrder("a", "b", "c", "d"));
    assertThat(texts(part), contains("c"));
    assertThat("each place is of one record", places(seen), hasSize(4));
    for (Seen record : seen) {
      assertThat(record.text(), record.epoch(), is(epoch(record.text().equals("c") ? 11 : 10)));
    }
  }

  private static List<String> places(List<Seen> seen) {
    return List.copyOf(new HashSet<>(seen.stream().map(Seen::place).toList()));
  }

  @Test
  void closedEpochsNeverChange() {
    tested.append(within(10), List.of("a"));
    tested.closeThrough(hour(11));
    List<Seen> before = read(log.readClosed(all()));

    assertThrows(RuntimeException.class, () -> tested.append(within(10), List.of("late")));
    tested.append(within(11), List.of("b"));
    tested.closeThrough(hour(11));

    assertThat(read(log.readClosed(new EpochRange(Epochs.NONE, epoch(10)))), is(before));
    try (EventLog again = tested.open()) {
      assertThat(read(again.readClosed(new EpochRange(Epochs.NONE, epoch(10)))), is(before));
    }
  }

  @Test
  void openEpochsAreNotReadAsClosed() {
    tested.append(within(10), List.of("a"));
    Pipeline pipeline = Pipeline.create();

    assertThrows(
        UserException.class,
        () -> pipeline.apply(log.readClosed(new EpochRange(Epochs.NONE, epoch(10)))));
  }

  @Test
  void readingIsBoundedAndFollowingIsNot() {
    Pipeline pipeline = Pipeline.create();

    assertThat(
        pipeline
            .apply("Read", log.readClosed(new EpochRange(Epochs.NONE, Epochs.NONE)))
            .isBounded(),
        is(IsBounded.BOUNDED));
    assertThat(
        pipeline
            .apply(
                "Follow",
                log.follow(Epochs.NONE, Optional.empty(), Optional.empty(), StopSignal.create()))
            .isBounded(),
        is(IsBounded.UNBOUNDED));
  }

  @Test
  void followingEndsWhereItIsTold() {
    tested.append(within(10), List.of("a", "b"));
    tested.append(within(12), List.of("c"));
    tested.append(within(11), List.of("d"));
    LogEnd until = log.end();
    tested.append(within(12), List.of("later"));

    List<Seen> seen =
        read(log.follow(Epochs.NONE, Optional.empty(), Optional.of(until), StopSignal.create()));
    List<Seen> after =
        read(log.follow(epoch(10), Optional.empty(), Optional.of(until), StopSignal.create()));

    assertThat(texts(seen), containsInAnyOrder("a", "b", "c", "d"));
    assertThat(texts(after), containsInAnyOrder("c", "d"));
  }

  @Test
  void followingAndReadingAgreeOnPlacesAndEpochs() {
    tested.append(within(10), List.of("a", "b"));
    tested.append(within(11), List.of("c"));
    tested.closeThrough(hour(12));

    List<Seen> followed =
        read(
            log.follow(Epochs.NONE, Optional.empty(), Optional.of(log.end()), StopSignal.create()));

    assertThat(followed, containsInAnyOrder(read(log.readClosed(all())).toArray(new Seen[0])));
  }

  @Test
  void followingEndsWhenItIsStopped() {
    tested.append(within(10), List.of("a"));
    StopSignal stop = StopSignal.create();
    stop.raise();

    List<Seen> seen = read(log.follow(Epochs.NONE, Optional.empty(), Optional.empty(), stop));

    assertThat(texts(seen), empty());
  }

  @Test
  void rememberedContentsAreComparable() {
    tested.append(within(10), List.of("a"));
    tested.append(within(11), List.of("b"));
    tested.closeThrough(hour(11));
    List<EpochContent> then = log.contents(EpochRange.ALL);
    tested.append(within(11), List.of("c"));

    assertThat(then.stream().map(EpochContent::epoch).toList(), contains(epoch(10), epoch(11)));
    assertThat(then.stream().map(EpochContent::closed).toList(), contains(true, false));
    assertThat("an open epoch may grow", log.changes(then), empty());
    assertThat(log.faults(EpochRange.ALL), empty());
    EpochContent other =
        new EpochContent(epoch(10), then.get(0).position(), 1, 99, "ffffffff", true);
    assertThat("other records", log.changes(List.of(other)), hasSize(1));
  }

  private static List<Seen> read(PTransform<PBegin, PCollection<RecordBatch>> read) {
    String output = UUID.randomUUID().toString();
    SEEN.put(output, new ConcurrentLinkedQueue<>());
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs("--runner=DirectRunner", "--targetParallelism=2")
                .create());
    pipeline.apply("Read", read).apply("Collect", ParDo.of(new CollectFn(output)));
    State state = pipeline.run().waitUntilFinish(Duration.standardMinutes(1));
    List<Seen> seen = new ArrayList<>(SEEN.remove(output));
    assertThat("the pipeline ended", state, is(State.DONE));
    seen.sort(Comparator.comparing(Seen::toString));
    return seen;
  }

  private static final class CollectFn extends DoFn<RecordBatch, Void> {
    private static final long serialVersionUID = 1L;
    private final String output;

    CollectFn(String output) {
      this.output = output;
    }

    @ProcessElement
    public void process(@Element RecordBatch batch, @Timestamp org.joda.time.Instant timestamp) {
      if (!timestamp.equals(BoundedWindow.TIMESTAMP_MIN_VALUE)) {
        throw new IllegalStateException("a batch has the timestamp " + timestamp);
      }
      for (int i = 0; i < batch.size(); i++) {
        SEEN.get(output)
            .add(
                new Seen(
                    batch.epoch(),
                    batch.place(i).toString(),
                    new String(batch.bytes(i), UTF_8).stripTrailing()));
      }
    }
  }
}
