/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.LogRecord;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochChange.Kind;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.StopSignal;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
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
  private static final Map<String, LogPosition> READ_THROUGH = new ConcurrentHashMap<>();

  private LogUnderTest tested;
  private EventLog log;

  /** A log, and the ways to change it that its connector has. */
  public interface LogUnderTest {
    /** Returns whether records have keys, headers and an append time, or else only a value. */
    default boolean keepsKeys() {
      return false;
    }

    /**
     * Returns whether one epoch is open at a time, so that an append at a later one closes all
     * before it, or else records may be appended to any epoch that is not closed.
     */
    default boolean closesAsItGoes() {
      return false;
    }

    /** Returns whether a stop leaves records that are not read, or else all are read before. */
    default boolean stopsWhereItIs() {
      return true;
    }

    /** Appends records with all that they have, at a time that is not closed. */
    default void appendRecords(Instant at, List<LogRecord> records) {
      throw new UnsupportedOperationException("a log of values only");
    }

    /**
     * Removes all records of the epochs through one, as retention does.
     *
     * @return false, and nothing is removed, if the log has no retention
     */
    default boolean trimThrough(long epoch) throws IOException {
      return false;
    }

    /** Opens the log; it is called again to open it as another process would. */
    EventLog open();

    /** Appends records in one step at a time that is not closed. */
    void append(Instant at, List<String> records);

    /** Closes every epoch that ends at or before a time. */
    void closeThrough(Instant time);
  }

  /** A record that a pipeline read. */
  private record Seen(long epoch, String place, String text, String extra) {}

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
    assertThat(read(log.read(new EpochRange(Epochs.NONE, Epochs.NONE))), empty());
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
    assertThat(end.closedThrough(), is(epoch(tested.closesAsItGoes() ? 11 : 10)));
    LogSize size = log.size(EpochRange.ALL);
    LogSize part = log.size(new EpochRange(epoch(10), Long.MAX_VALUE));
    assertThat(part.amount().amount(), is(lessThan(size.amount().amount())));
    assertThat(part.amount().unit(), is(size.amount().unit()));
    assertThat("nothing was removed", end.isTrimmed(), is(false));
  }

  @Test
  void closedEpochsAreReadOnce() {
    int again = tested.closesAsItGoes() ? 11 : 10;
    tested.append(within(10), List.of("a", "b"));
    tested.append(within(11), List.of("c"));
    tested.append(within(again), List.of("d"));
    tested.append(within(12), List.of("e"));
    tested.closeThrough(hour(12));

    List<Seen> seen = read(log.read(all()));
    List<Seen> part = read(log.read(new EpochRange(epoch(10), epoch(11))));

    assertThat(texts(seen), containsInAnyOrder("a", "b", "c", "d"));
    assertThat(
        texts(part),
        containsInAnyOrder(again == 11 ? new String[] {"c", "d"} : new String[] {"c"}));
    assertThat("each place is of one record", places(seen), hasSize(4));
    for (Seen record : seen) {
      int hour = Map.of("a", 10, "b", 10, "c", 11, "d", again).get(record.text());
      assertThat(record.text(), record.epoch(), is(epoch(hour)));
    }
  }

  private static List<String> places(List<Seen> seen) {
    return List.copyOf(new HashSet<>(seen.stream().map(Seen::place).toList()));
  }

  @Test
  void closedEpochsNeverChange() {
    tested.append(within(10), List.of("a"));
    tested.closeThrough(hour(11));
    List<Seen> before = read(log.read(all()));

    assertThrows(RuntimeException.class, () -> tested.append(within(10), List.of("late")));
    tested.append(within(11), List.of("b"));
    tested.closeThrough(hour(11));

    assertThat(read(log.read(new EpochRange(Epochs.NONE, epoch(10)))), is(before));
    try (EventLog again = tested.open()) {
      assertThat(read(again.read(new EpochRange(Epochs.NONE, epoch(10)))), is(before));
    }
  }

  @Test
  void openEpochsAreNotReadAsClosed() {
    tested.append(within(10), List.of("a"));
    Pipeline pipeline = Pipeline.create();

    assertThrows(
        UserException.class,
        () -> pipeline.apply(log.read(new EpochRange(Epochs.NONE, epoch(10)))));
  }

  @Test
  void readingIsBoundedAndFollowingIsNot() {
    Pipeline pipeline = Pipeline.create();

    assertThat(
        pipeline.apply("Read", log.read(new EpochRange(Epochs.NONE, Epochs.NONE))).isBounded(),
        is(IsBounded.BOUNDED));
    assertThat(
        pipeline.apply("Follow", log.follow(FollowRequest.fromTheBeginning())).isBounded(),
        is(IsBounded.UNBOUNDED));
  }

  @Test
  void followingEndsAtTheRequestedPosition() {
    tested.append(within(10), List.of("a", "b"));
    tested.append(within(12), List.of("c"));
    tested.append(within(tested.closesAsItGoes() ? 12 : 11), List.of("d"));
    LogPosition until = log.end().position();
    tested.append(within(12), List.of("later"));

    List<Seen> seen = read(log.follow(FollowRequest.fromTheBeginning().until(until)));
    List<Seen> after = read(log.follow(FollowRequest.after(epoch(10)).until(until)));

    assertThat(texts(seen), containsInAnyOrder("a", "b", "c", "d"));
    assertThat(texts(after), containsInAnyOrder("c", "d"));
  }

  @Test
  void followingAndReadingAgreeOnPlacesAndEpochs() {
    tested.append(within(10), List.of("a", "b"));
    tested.append(within(11), List.of("c"));
    tested.closeThrough(hour(12));

    List<Seen> followed =
        read(log.follow(FollowRequest.fromTheBeginning().until(log.end().position())));

    assertThat(followed, containsInAnyOrder(read(log.read(all())).toArray(new Seen[0])));
  }

  @Test
  void positionsRiseWithTheLogAndEndWhereItEnds() {
    LogPosition empty = log.end().position();
    tested.append(within(10), List.of("a", "b"));
    LogPosition first = log.end().position();
    tested.append(within(11), List.of("c"));
    LogPosition second = log.end().position();

    assertThat(first.covers(empty), is(true));
    assertThat("records lie behind it", empty.covers(first), is(false));
    assertThat(second.covers(first), is(true));
    assertThat(first.covers(second), is(false));
    assertThat(log.distance(second, second).amount(), is(0L));
    assertThat("there is no way back", log.distance(second, empty).amount(), is(0L));
    assertThat(log.distance(LogPosition.START, second).amount(), is(greaterThan(0L)));
    assertThat(
        "it adds up",
        log.distance(empty, first).amount() + log.distance(first, second).amount(),
        is(log.distance(empty, second).amount()));
    assertThat(LogPosition.parse(second.toString()), is(second));
  }

  /** Two versions that read the same compare, whatever they left out and in whichever order. */
  @Test
  void whoFollowsToTheEndHasReadThroughIt() {
    tested.append(within(10), List.of("a", "b"));
    tested.append(within(11), List.of("c"));
    tested.closeThrough(hour(11));
    LogPosition until = log.end().position();
    tested.append(within(12), List.of("later"));

    LogPosition all = readThrough(FollowRequest.fromTheBeginning().until(until));
    LogPosition later = readThrough(FollowRequest.after(epoch(10)).until(until));

    assertThat("all was read", all.covers(until), is(true));
    assertThat("what is passed over counts as read", later.covers(until), is(true));
    assertThat("what lies behind does not", all.covers(log.end().position()), is(false));
  }

  @Test
  void readingInNoOrderSaysNothingOfAPosition() {
    tested.append(within(10), List.of("a", "b"));
    tested.append(within(11), List.of("c"));
    tested.closeThrough(hour(12));

    assertThat(readThrough(log.read(all())), is(LogPosition.START));
  }

  private LogPosition readThrough(FollowRequest request) {
    return readThrough(log.follow(request));
  }

  private LogPosition readThrough(PTransform<PBegin, PCollection<RecordBatch>> reading) {
    String output = UUID.randomUUID().toString();
    READ_THROUGH.put(output, LogPosition.START);
    run(reading, new PositionFn(output));
    return READ_THROUGH.remove(output);
  }

  @Test
  void keysHeadersAndAppendTimeComeWithTheRecord() {
    assumeTrue(tested.keepsKeys(), "a log of values only");
    LogRecord record =
        LogRecord.of("v".getBytes(UTF_8), "k".getBytes(UTF_8), Map.of("h", "x".getBytes(UTF_8)));
    tested.appendRecords(within(10), List.of(record));
    tested.closeThrough(hour(11));

    List<Seen> read = read(log.read(all()));

    assertThat(read.stream().map(Seen::extra).toList(), contains("k {h=x}"));
    assertThat(
        read(log.follow(FollowRequest.fromTheBeginning().until(log.end().position()))), is(read));
  }

  @Test
  void theEndSaysWhatWasRemoved() throws IOException {
    tested.append(within(10), List.of("a"));
    tested.append(within(11), List.of("b"));
    tested.append(within(12), List.of("c"));
    tested.closeThrough(hour(13));
    List<EpochContent> then = log.contents(EpochRange.ALL);
    LogPosition before = log.end().position();
    assumeTrue(tested.trimThrough(epoch(10)), "a log without retention");

    LogEnd end = log.end();

    assertThat(end.trimmedThrough(), is(epoch(10)));
    assertThat(end.firstEpoch(), is(epoch(11)));
    assertThat("the end stays where it was", end.position(), is(before));
    assertThat(log.changes(then).stream().map(EpochChange::kind).toList(), contains(Kind.REMOVED));
    assertThat(
        "who starts later has read what others have",
        readThrough(FollowRequest.after(epoch(10)).until(before)).covers(before),
        is(true));
  }

  @Test
  void readingFailsRatherThanLeaveARecordOut() throws IOException {
    tested.append(within(10), List.of("a"));
    tested.append(within(11), List.of("b"));
    tested.closeThrough(hour(12));
    Pipeline pipeline = pipeline();
    pipeline.apply("Read", log.read(all()));
    assumeTrue(tested.trimThrough(epoch(10)), "a log without retention");

    assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish());
  }

  @Test
  void followingEndsWhenItIsStopped() {
    assumeTrue(tested.stopsWhereItIs(), "a log that is read to its end before a stop");
    tested.append(within(10), List.of("a"));
    StopSignal stop = StopSignal.create();
    stop.raise();

    List<Seen> seen = read(log.follow(FollowRequest.fromTheBeginning().stoppedBy(stop)));

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
    run(read, new CollectFn(output));
    List<Seen> seen = new ArrayList<>(SEEN.remove(output));
    seen.sort(Comparator.comparing(Seen::toString));
    return seen;
  }

  private static void run(
      PTransform<PBegin, PCollection<RecordBatch>> read, DoFn<RecordBatch, Void> collect) {
    Pipeline pipeline = pipeline();
    pipeline.apply("Read", read).apply("Collect", ParDo.of(collect));
    State state = pipeline.run().waitUntilFinish(Duration.standardMinutes(1));
    assertThat("the pipeline ended", state, is(State.DONE));
  }

  private static Pipeline pipeline() {
    return Pipeline.create(
        PipelineOptionsFactory.fromArgs("--runner=DirectRunner", "--targetParallelism=2").create());
  }

  private static String extra(LogRecord record) {
    Map<String, String> headers = new TreeMap<>();
    record.headers().forEach((name, value) -> headers.put(name, new String(value, UTF_8)));
    return record.key().map(key -> new String(key, UTF_8)).orElse("") + " " + headers;
  }

  private static final class PositionFn extends DoFn<RecordBatch, Void> {
    private static final long serialVersionUID = 1L;
    private final String output;

    PositionFn(String output) {
      this.output = output;
    }

    @ProcessElement
    public void process(@Element RecordBatch batch) {
      READ_THROUGH.merge(output, batch.readThrough(), LogPosition::merge);
    }
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
                    new String(batch.bytes(i), UTF_8).stripTrailing(),
                    extra(batch.cursor().at(i))));
      }
    }
  }
}
