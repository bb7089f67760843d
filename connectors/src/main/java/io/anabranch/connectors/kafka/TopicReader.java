/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static io.anabranch.connectors.kafka.Offsets.part;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochWatermark;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.RecordBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.joda.time.Instant;

/**
 * Reads one split of a topic: one batch of one partition and one epoch per advance. While the
 * brokers cannot be reached, there is nothing new.
 *
 * <p>A record behind the last closing is of the open epoch, as long as the time of that epoch and
 * the grace are not over by the clock of this process. Once they are, the epoch may have been
 * closed without it: it is held until the closing is known.
 */
final class TopicReader extends UnboundedSource.UnboundedReader<RecordBatch> {
  private static final Duration FETCH_WAIT = Duration.ofMillis(200);
  private static final long INDEX_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long HELD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Longer would delay the timers of others that share the thread. */
  private static final Duration REST = Duration.ofMillis(20);

  private final TopicSource source;
  private final Topic topic;
  private final Offsets until;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final IndexTopic indexTopic;
  private final EpochWatermark watermark;
  private final TopicMark restored;
  private final NavigableMap<Integer, Part> parts = new TreeMap<>();
  private EpochIndex index = EpochIndex.EMPTY;
  private Optional<RecordBatch> current = Optional.empty();
  private Optional<java.time.Instant> newest = Optional.empty();
  private LogPosition said = LogPosition.START;
  private int last = -1;
  private boolean held;
  private long nextIndex = System.nanoTime();
  private long gaveOut = System.nanoTime();

  TopicReader(TopicSource source, TopicMark mark) {
    this.source = source;
    this.topic = source.topic();
    this.until = source.request().until().map(Offsets::of).orElse(Offsets.NONE);
    this.restored = mark;
    this.watermark =
        new EpochWatermark(
            topic.epochs(), source.request(), java.time.Instant.ofEpochMilli(mark.watermark()));
    this.indexTopic = new IndexTopic(topic, source.topicId());
    this.consumer = topic.consumer(FETCH_WAIT);
  }

  @Override
  public boolean start() {
    return advance();
  }

  @Override
  public boolean advance() {
    current = Optional.empty();
    if (source.isStopped()) {
      watermark.ended();
    }
    if (watermark.isEnded()) {
      return false;
    }
    try {
      readIndex();
      if (!giveOut()) {
        poll();
        if (!giveOut()) {
          givePosition();
        }
      }
      if (current.isEmpty() && isAtEnd()) {
        watermark.ended();
      }
      return current.isPresent();
    } catch (OffsetOutOfRangeException e) {
      throw LogException.of(
          Code.DAMAGED,
          "records of topic %s were removed before they were read: %s",
          topic.name(),
          e.offsetOutOfRangePartitions());
    } catch (KafkaException | LogException e) {
      LogException problem = KafkaErrors.explain(topic, e);
      if (problem.code() != Code.UNREACHABLE) {
        throw problem;
      }
      nextIndex = System.nanoTime() + INDEX_NANOS; // nothing new until the brokers are back
      return current.isPresent();
    }
  }

  /** For tests: does not look at the index for a while. */
  void lookAtIndexIn(Duration time) {
    nextIndex = System.nanoTime() + time.toNanos();
  }

  /** Learns of new closings, and closes what is due. */
  private void readIndex() {
    long now = System.nanoTime();
    if (now - nextIndex < 0) {
      return;
    }
    index = indexTopic.read();
    if (index.isEmpty() || topic.due(topic.clock().instant()) >= index.openEpoch()) {
      try (Brokers brokers = new Brokers(topic)) { // once an epoch
        index = new Closer(topic, source.topicId(), brokers).close(indexTopic);
      }
    }
    nextIndex = System.nanoTime() + (held ? HELD_NANOS : INDEX_NANOS);
    for (Part each : parts.values()) {
      if (each.gaveOutTooMuch(index)) {
        throw LogException.of(
            Code.CLOCKS_DIFFER,
            "epoch %d was closed at offset %d of partition %d of topic %s, and records behind it were read as of this epoch: the clocks of two machines differ by more than %s",
            each.open(),
            index.ends(each.open()).of(each.partition()),
            each.partition(),
            topic.name(),
            topic.margin());
      }
    }
    begin(); // before the watermark may pass what its partitions hold
    watermark.closed(index.closedThrough());
  }

  /** Begins with the partitions that a closing has named since. */
  private void begin() {
    List<TopicPartition> added = new ArrayList<>();
    for (int partition = 0; partition < index.last().ends().partitions(); partition++) {
      if (source.reads(partition) && !parts.containsKey(partition)) {
        added.add(new TopicPartition(topic.name(), partition));
      }
    }
    if (added.isEmpty()) {
      return;
    }
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(added);
    List<TopicPartition> all = new ArrayList<>(consumer.assignment());
    all.addAll(added);
    consumer.assign(all);
    for (TopicPartition each : added) {
      int partition = each.partition();
      TopicMark.Place before = restored.places().get(partition);
      Part begun =
          before == null
              ? new Part(partition, Math.max(start(partition), beginnings.get(each)))
              : new Part(partition, before);
      parts.put(partition, begun);
      consumer.seek(each, begun.next());
    }
  }

  private long start(int partition) {
    long after = source.request().after();
    return (after == Epochs.NONE ? index.closings().get(0).ends() : index.ends(after))
        .of(partition);
  }

  /** Polls partitions of which nothing waits. */
  private void poll() {
    Map<Boolean, List<TopicPartition>> waiting =
        parts.values().stream()
            .collect(
                Collectors.partitioningBy(
                    each -> !each.pending().isEmpty(),
                    Collectors.mapping(
                        each -> new TopicPartition(topic.name(), each.partition()),
                        Collectors.toList())));
    if (parts.isEmpty()) {
      return;
    }
    consumer.pause(waiting.get(true));
    consumer.resume(waiting.get(false));
    boolean quiet = System.nanoTime() - gaveOut > QUIET_NANOS;
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(quiet ? REST : Duration.ZERO)) {
      parts.get(record.partition()).pending().add(record);
    }
    for (TopicPartition each : waiting.get(false)) {
      parts.get(each.partition()).polledTo(consumer.position(each));
    }
  }

  /** Gives out records of the next partition in turn that has some. */
  private boolean giveOut() {
    held = false;
    List<Part> inTurn = new ArrayList<>(parts.tailMap(last, false).values());
    inTurn.addAll(parts.headMap(last, true).values());
    for (Part each : inTurn) {
      if (giveOut(each)) {
        last = each.partition();
        gaveOut = System.nanoTime();
        return true;
      }
    }
    return false;
  }

  private boolean giveOut(Part each) {
    while (!each.pending().isEmpty()) {
      long offset = each.pending().getFirst().offset();
      each.moveTo(Math.min(offset, end(each.partition()))); // only markers lie before it
      if (offset >= end(each.partition())) {
        return false;
      }
      long epoch = index.epoch(each.partition(), offset);
      boolean open = epoch == index.openEpoch();
      if (open && !topic.isSurelyOpen(epoch, topic.clock().instant())) {
        held = true;
        return false;
      }
      if (epoch > source.request().after() && epoch != Epochs.NONE) {
        giveOut(each, epoch, open ? Long.MAX_VALUE : index.ends(epoch).of(each.partition()));
        if (open) {
          each.gaveOutAs(epoch);
        }
        return true;
      }
      each.moveTo(each.pending().removeFirst().offset() + 1);
    }
    each.passOverMarkers();
    return false;
  }

  private void giveOut(Part each, long epoch, long epochEnd) {
    long end = Math.min(epochEnd, end(each.partition()));
    RecordBatch.Builder batch = Batches.of(topic, epoch, each.partition());
    while (!each.pending().isEmpty()
        && each.pending().getFirst().offset() < end
        && batch.bytes() < Batches.BYTES) {
      ConsumerRecord<byte[], byte[]> record = each.pending().removeFirst();
      Batches.add(batch, record);
      each.moveTo(record.offset() + 1);
      if (record.timestampType() == TimestampType.LOG_APPEND_TIME) {
        newest = Optional.of(java.time.Instant.ofEpochMilli(record.timestamp()));
      }
    }
    each.passOverMarkers();
    current =
        Optional.of(batch.readThrough(LogPosition.of(part(each.partition()), each.next())).build());
  }

  /** Returns the offset to end at. */
  private long end(int partition) {
    return source.request().until().isEmpty() ? Long.MAX_VALUE : until.of(partition);
  }

  /** Says how far all partitions are read, if that is news. */
  private void givePosition() {
    SortedMap<String, Long> next = new TreeMap<>();
    parts
        .values()
        .forEach(
            each -> next.put(part(each.partition()), Math.min(each.next(), end(each.partition()))));
    LogPosition position = new LogPosition(next);
    if (!said.covers(position)) {
      said = position;
      current =
          Optional.of(RecordBatch.of(source.request().after(), "").readThrough(position).build());
    }
  }

  private boolean isAtEnd() {
    if (source.request().until().isEmpty()) {
      return false;
    }
    for (int partition = 0; partition < until.partitions(); partition++) {
      Part each = parts.get(partition);
      if (source.reads(partition) && (each == null || each.next() < until.of(partition))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public RecordBatch getCurrent() {
    return current.orElseThrow(NoSuchElementException::new);
  }

  /** Always the minimum: whoever decodes the records knows their times. */
  @Override
  public Instant getCurrentTimestamp() {
    if (current.isEmpty()) {
      throw new NoSuchElementException();
    }
    return BoundedWindow.TIMESTAMP_MIN_VALUE;
  }

  @Override
  public Instant getWatermark() {
    return Instant.ofEpochMilli(observed().current().toEpochMilli());
  }

  @Override
  public TopicMark getCheckpointMark() {
    Map<Integer, TopicMark.Place> places = new TreeMap<>(restored.places());
    parts.values().forEach(each -> places.put(each.partition(), each.place()));
    return new TopicMark(places, observed().reached().toEpochMilli());
  }

  private EpochWatermark observed() {
    if (index.isEmpty()) {
      return watermark; // as it was
    }
    Offsets closed = index.last().ends();
    long earliest = Long.MAX_VALUE;
    for (Part each : parts.values()) {
      if (each.next() < closed.of(each.partition())) {
        earliest = Math.min(earliest, index.epoch(each.partition(), each.next()));
      } else if (!each.pending().isEmpty()) {
        earliest = Math.min(earliest, index.openEpoch());
      }
    }
    if (earliest == Long.MAX_VALUE) {
      watermark.nothingPending(newest);
    } else {
      watermark.pending(earliest, Optional.empty());
    }
    return watermark;
  }

  @Override
  public TopicSource getCurrentSource() {
    return source;
  }

  @Override
  public void close() {
    consumer.close();
    indexTopic.close();
  }
}
