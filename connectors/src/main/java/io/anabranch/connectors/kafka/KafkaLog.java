/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.connectors.archive.ArchiveSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/** A topic as a log; see {@link EpochIndex}. Whoever looks at its end closes what is due. */
final class KafkaLog implements ArchiveSource {
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);

  private final Topic topic;
  private final String topicId;
  private final int maxRecord;
  private final Brokers brokers;
  private final Closer closer;
  private final IndexTopic indexTopic;
  private final boolean mayClose;

  private KafkaLog(Topic topic, int maxRecord, Brokers brokers) {
    this.topic = topic;
    this.maxRecord = maxRecord;
    this.brokers = brokers;
    this.topicId = brokers.describe().id();
    this.closer = new Closer(topic, topicId, brokers);
    brokers.createIndex();
    this.mayClose = brokers.mayWriteIndex();
    this.indexTopic = new IndexTopic(topic, topicId);
  }

  /**
   * Opens a topic, and begins its index if nobody has.
   *
   * @throws LogException if it cannot be read, or its index not written
   */
  static KafkaLog open(Topic topic, int maxRecord) {
    Brokers brokers = new Brokers(topic);
    KafkaLog log;
    try {
      log = new KafkaLog(topic, maxRecord, brokers);
    } catch (RuntimeException e) {
      brokers.close();
      throw e;
    }
    try {
      log.index();
      return log;
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** Returns the topic. */
  Topic topic() {
    return topic;
  }

  /**
   * Returns the index, after what is due was closed; a user who may not sees what others closed.
   */
  synchronized EpochIndex index() {
    if (mayClose) {
      return closer.close(indexTopic);
    }
    EpochIndex closedByOthers = indexTopic.read();
    if (closedByOthers.isEmpty()) {
      brokers.requireWritableIndex();
    }
    return closedByOthers;
  }

  @Override
  public String id() {
    return "kafka:" + topicId;
  }

  @Override
  public Epochs epochs() {
    return topic.epochs();
  }

  @Override
  public boolean takesKeys() {
    return true;
  }

  @Override
  public int maxRecord() {
    return maxRecord;
  }

  /** The log at some moment. */
  private final class Look {
    private final EpochIndex index = index();
    private final Offsets beginnings = brokers.beginnings(partitions());
    private final Offsets ends = brokers.ends(partitions()).max(index.last().ends());

    private int partitions() {
      return index.last().ends().partitions();
    }

    /** Returns the ranges of offsets of epochs, without those that never held a record. */
    List<Span> spans(EpochRange range) {
      List<Span> spans = new ArrayList<>();
      List<EpochIndex.Closing> closings = index.closings();
      for (int i = 1; i < closings.size(); i++) {
        EpochIndex.Closing before = closings.get(i - 1);
        spans.add(new Span(before.through() + 1, before.ends(), closings.get(i).ends(), true));
      }
      spans.add(new Span(index.openEpoch(), index.last().ends(), ends, false));
      spans.removeIf(span -> span.records() == 0 || !range.contains(span.epoch()));
      return spans;
    }

    boolean hasAll(Span span) {
      return span.from().max(beginnings).equals(span.from().max(Offsets.NONE))
          || span.to().since(span.from().max(beginnings)) == span.records();
    }

    boolean hasSome(Span span) {
      return span.to().since(span.from().max(beginnings)) > 0;
    }
  }

  /** The offsets of an epoch. */
  private record Span(long epoch, Offsets from, Offsets to, boolean closed) {
    long records() {
      return to.since(from);
    }

    EpochContent content() {
      long parts = 0;
      for (int partition = 0; partition < to.partitions(); partition++) {
        parts += to.of(partition) > from.of(partition) ? 1 : 0;
      }
      return new EpochContent(
          epoch,
          to.position().toString(),
          parts,
          records(),
          Integer.toHexString((from + " " + to).hashCode()),
          closed);
    }
  }

  @Override
  public LogEnd end() {
    Look look = new Look();
    List<Span> spans = look.spans(EpochRange.ALL);
    return new LogEnd(
        look.ends.position(),
        look.index.closedThrough(),
        spans.stream().filter(look::hasSome).mapToLong(Span::epoch).min().orElse(Long.MAX_VALUE),
        spans.stream().filter(look::hasSome).mapToLong(Span::epoch).max().orElse(Epochs.NONE),
        spans.stream()
            .filter(span -> !look.hasAll(span))
            .mapToLong(Span::epoch)
            .max()
            .orElse(Epochs.NONE));
  }

  @Override
  public LogSize size(EpochRange range) {
    Look look = new Look();
    List<Span> spans = look.spans(range).stream().filter(look::hasSome).toList();
    return new LogSize(spans.size(), records(spans.stream().mapToLong(Span::records).sum()));
  }

  /** Ends of transactions have offsets, too, so there may be fewer. */
  private static LogDistance records(long offsets) {
    return new LogDistance(offsets, LogDistance.Unit.RECORDS, false);
  }

  /** Its bytes are records here: brokers do not count bytes. */
  @Override
  public List<EpochContent> contents(EpochRange range) {
    return new Look().spans(range).stream().map(Span::content).toList();
  }

  @Override
  public List<EpochChange> changes(Collection<EpochContent> earlier) {
    if (earlier.isEmpty()) {
      return List.of();
    }
    Look look = new Look();
    List<EpochChange> changes = new ArrayList<>();
    for (EpochContent content : earlier) {
      EpochRange epoch = new EpochRange(content.epoch() - 1, content.epoch());
      Optional<Span> span = look.spans(epoch).stream().findFirst();
      change(look, content, span).ifPresent(changes::add);
    }
    return changes;
  }

  private Optional<EpochChange> change(Look look, EpochContent then, Optional<Span> now) {
    LogPosition read = LogPosition.parse(then.position());
    boolean same =
        now.isPresent()
            && (then.closed()
                ? now.get().content().checksum().equals(then.checksum())
                : now.get().to().position().covers(read));
    if (!same) {
      return Optional.of(
          new EpochChange(
              then.epoch(),
              EpochChange.Kind.CHANGED,
              "topic %s has other records of the epoch that begins at %s"
                  .formatted(topic.name(), topic.epochs().start(then.epoch()))));
    }
    return look.hasAll(now.get())
        ? Optional.empty()
        : Optional.of(
            new EpochChange(
                then.epoch(),
                EpochChange.Kind.REMOVED,
                "retention of topic %s removed records of the epoch that begins at %s"
                    .formatted(topic.name(), topic.epochs().start(then.epoch()))));
  }

  /** The beginning that retention removed is in {@link LogEnd}; brokers look after the rest. */
  @Override
  public List<EpochChange> faults(EpochRange range) {
    return List.of();
  }

  @Override
  public LogDistance distance(LogPosition from, LogPosition to) {
    return records(Offsets.of(to).since(Offsets.of(from)));
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> read(EpochRange closed) {
    brokers.requireWritableIndex();
    EpochIndex index = index();
    if (closed.after() < closed.through() && closed.through() > index.closedThrough()) {
      throw LogException.of(
          Code.NOT_CLOSED,
          "epochs %s of topic %s are not all closed: the last closed one is %d",
          closed,
          topic.name(),
          index.closedThrough());
    }
    return new ReadOffsets(topic, ranges(index, closed));
  }

  /** Returns the offsets of closed epochs, in the order of epochs and partitions. */
  private static List<OffsetRange> ranges(EpochIndex index, EpochRange closed) {
    List<OffsetRange> ranges = new ArrayList<>();
    List<EpochIndex.Closing> closings = index.closings();
    for (int i = 1; i < closings.size(); i++) {
      EpochIndex.Closing before = closings.get(i - 1);
      if (closed.contains(before.through() + 1)) {
        Offsets ends = closings.get(i).ends();
        for (int partition = 0; partition < ends.partitions(); partition++) {
          ranges.add(
              new OffsetRange(
                  before.through() + 1,
                  partition,
                  before.ends().of(partition),
                  ends.of(partition)));
        }
      }
    }
    return ranges;
  }

  @Override
  public void readInOrder(long epoch, Consumer<RecordBatch> batches) {
    try (RangeReader reader = RangeReader.open(topic)) {
      for (OffsetRange range : ranges(index(), new EpochRange(epoch - 1, epoch))) {
        reader.read(range, batches);
      }
    }
  }

  /** Runs close epochs: a user who may not is refused before anything runs. */
  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> follow(FollowRequest request) {
    brokers.requireWritableIndex();
    return Read.from(new TopicSource(topic, topicId, request, 0, 1));
  }

  @Override
  public Appended append(List<Input> inputs, Optional<Instant> at) {
    if (at.isPresent()) {
      throw LogException.of(
          Code.TIME_OUT_OF_RANGE,
          "a topic takes no stated ingestion time: records are of the epoch that is open when they come");
    }
    Appender appender = new Appender(topic, maxRecord);
    Appender.Counted counted = appender.append(inputs);
    awaitVisible(appender.ends());
    return new Appended(index().openEpoch(), counted.records(), counted.bytes());
  }

  /**
   * Readers see a transaction a moment after it was committed: so long the next command would not
   * find it. A transaction of somebody else that is open longer keeps them waiting, and not this.
   */
  private void awaitVisible(Map<Integer, Long> ends) {
    int partitions = ends.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    while (System.nanoTime() < deadline) {
      Offsets visible = brokers.ends(partitions);
      if (ends.entrySet().stream().allMatch(end -> visible.of(end.getKey()) >= end.getValue())) {
        return;
      }
    }
  }

  @Override
  public synchronized long closeThrough(Instant time) {
    long through = topic.epochs().at(time) - 1;
    if (through > closer.due()) {
      throw LogException.of(
          Code.NOT_OVER,
          "the epoch that ends at %s closes at %s at the earliest, as records may still be read as of it",
          topic.epochs().end(through),
          topic.epochs().end(through).plus(topic.closingDelay()));
    }
    return closer.close(indexTopic, through).closedThrough();
  }

  @Override
  public synchronized void close() {
    indexTopic.close();
    brokers.close();
  }
}
