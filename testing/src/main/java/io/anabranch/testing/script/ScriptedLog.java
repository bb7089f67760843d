/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochChange.Kind;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.EpochWatermark;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * A log in memory. What follows it reads a {@code TestStream}, in which watermark and processing
 * time move as the script says.
 */
public final class ScriptedLog implements EventLog {
  private static final String ORIGIN = "script";

  /** One in so many records is the last of its batch: each batch costs the runner a bundle. */
  private static final int CUT = 20;

  private final String id = "script:" + UUID.randomUUID();
  private final Epochs epochs;
  private final Random random;
  private final List<Entry> entries = new ArrayList<>();
  private long records;
  private long closedThrough = Epochs.NONE;

  /** What lies in the log, and what happened between. */
  private sealed interface Entry {}

  private record Records(RecordBatch batch) implements Entry {}

  private record Closed(long epoch) implements Entry {}

  private record Waited(Duration time) implements Entry {}

  /**
   * Makes an empty log.
   *
   * @param random cuts records into batches, and mixes what lies in closed epochs
   */
  public ScriptedLog(Epochs epochs, Random random) {
    this.epochs = epochs;
    this.random = random;
  }

  /**
   * Appends records, in batches of any size.
   *
   * @throws IllegalStateException if the epoch is closed
   */
  public void append(long epoch, List<byte[]> appended) {
    appendRecords(epoch, appended.stream().map(LogRecord::of).toList());
  }

  /**
   * Appends records with their keys and headers, in batches of any size.
   *
   * @throws IllegalStateException if the epoch is closed
   */
  void appendRecords(long epoch, List<LogRecord> appended) {
    if (epoch <= closedThrough) {
      throw new IllegalStateException(
          "the epoch that ends " + epochs.end(epoch) + " is closed: nothing can be appended to it");
    }
    RecordBatch.Builder batch = RecordBatch.of(epoch, ORIGIN);
    for (LogRecord each : appended) {
      batch.add(records++, each);
      if (random.nextInt(CUT) == 0) {
        add(batch);
        batch = RecordBatch.of(epoch, ORIGIN);
      }
    }
    if (batch.size() > 0) {
      add(batch);
    }
  }

  private void add(RecordBatch.Builder batch) {
    LogPosition after = LogPosition.of(ORIGIN, entries.size() + 1L);
    entries.add(new Records(batch.readThrough(after).build()));
  }

  /** Closes epochs. */
  public void closeThrough(long epoch) {
    if (epoch > closedThrough) {
      closedThrough = epoch;
      entries.add(new Closed(epoch));
    }
  }

  /** Lets processing time pass, for whom reads past here. */
  public void waitFor(Duration time) {
    entries.add(new Waited(time));
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Epochs epochs() {
    return epochs;
  }

  @Override
  public LogEnd end() {
    return new LogEnd(
        LogPosition.of(ORIGIN, (long) entries.size()),
        closedThrough,
        batches().stream().mapToLong(RecordBatch::epoch).min().orElse(Long.MAX_VALUE),
        batches().stream().mapToLong(RecordBatch::epoch).max().orElse(Epochs.NONE),
        Epochs.NONE);
  }

  @Override
  public LogDistance distance(LogPosition from, LogPosition to) {
    long start = from.next(ORIGIN);
    long end = Math.max(start, to.next(ORIGIN));
    return LogDistance.bytes(
        entries.subList(Math.toIntExact(start), Math.toIntExact(end)).stream()
            .filter(Records.class::isInstance)
            .mapToLong(entry -> bytes(((Records) entry).batch()))
            .sum());
  }

  private static long bytes(RecordBatch batch) {
    return (long) batch.data().length + batch.size();
  }

  private List<RecordBatch> batches() {
    return entries.stream()
        .filter(Records.class::isInstance)
        .map(entry -> ((Records) entry).batch())
        .toList();
  }

  private List<RecordBatch> batches(EpochRange range) {
    return batches().stream().filter(batch -> range.contains(batch.epoch())).toList();
  }

  @Override
  public LogSize size(EpochRange range) {
    List<RecordBatch> batches = batches(range);
    return new LogSize(
        batches.stream().mapToLong(RecordBatch::epoch).distinct().count(),
        LogDistance.bytes(batches.stream().mapToLong(ScriptedLog::bytes).sum()));
  }

  @Override
  public List<EpochContent> contents(EpochRange range) {
    return batches(range).stream()
        .map(RecordBatch::epoch)
        .distinct()
        .sorted()
        .map(epoch -> content(epoch, records, epoch <= closedThrough))
        .toList();
  }

  /** Returns what an epoch held when the log held so many records. */
  private EpochContent content(long epoch, long records, boolean closed) {
    List<RecordBatch> held =
        batches().stream()
            .filter(batch -> batch.epoch() == epoch && batch.position(0) < records)
            .toList();
    CRC32C checksum = new CRC32C();
    held.forEach(batch -> checksum.update(batch.data()));
    return new EpochContent(
        epoch,
        Long.toString(records),
        held.size(),
        held.stream().mapToLong(ScriptedLog::bytes).sum(),
        Long.toHexString(checksum.getValue()),
        closed);
  }

  @Override
  public List<EpochChange> changes(Collection<EpochContent> earlier) {
    return earlier.stream()
        .filter(
            then ->
                !then.equals(content(then.epoch(), Long.parseLong(then.position()), then.closed())))
        .map(then -> new EpochChange(then.epoch(), Kind.CHANGED, "epoch " + then.epoch()))
        .toList();
  }

  @Override
  public List<EpochChange> faults(EpochRange range) {
    return List.of();
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> read(EpochRange closed) {
    if (closed.after() < closed.through() && closed.through() > closedThrough) {
      throw LogException.of(
          Code.NOT_CLOSED, "epochs %s are not all closed: %s", closed, closedThrough);
    }
    List<RecordBatch> batches =
        new ArrayList<>(batches(closed).stream().map(ScriptedLog::withoutPosition).toList());
    Collections.shuffle(batches, random);
    return Create.of(batches).withCoder(RecordBatchCoder.of());
  }

  /** What is read in no order says nothing of a position. */
  private static RecordBatch withoutPosition(RecordBatch batch) {
    RecordBatch.Builder copy = RecordBatch.of(batch.epoch(), batch.origin());
    for (int record = 0; record < batch.size(); record++) {
      copy.add(batch.position(record), batch.cursor().at(record));
    }
    return copy.build();
  }

  /**
   * The watermark moves where the script closes epochs, and at its end. A run that is stopped has
   * read the script to its end.
   */
  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> follow(FollowRequest request) {
    TestStream.Builder<RecordBatch> stream = TestStream.create(RecordBatchCoder.of());
    EpochWatermark watermark = new EpochWatermark(epochs, request);
    long end = request.until().map(until -> until.next(ORIGIN)).orElse((long) entries.size());
    for (Entry entry : entries.subList(0, Math.toIntExact(end))) {
      if (entry instanceof Records read && read.batch().epoch() > request.after()) {
        stream =
            stream.addElements(
                TimestampedValue.of(read.batch(), BoundedWindow.TIMESTAMP_MIN_VALUE));
      } else if (entry instanceof Waited waited) {
        stream =
            stream.advanceProcessingTime(org.joda.time.Duration.millis(waited.time().toMillis()));
      } else if (entry instanceof Closed closed) {
        watermark.closed(closed.epoch());
        watermark.nothingPending(Optional.empty());
        stream = stream.advanceWatermarkTo(joda(watermark.current()));
      }
    }
    return stream.addElements(atTheEnd(request, end)).advanceWatermarkToInfinity();
  }

  private static TimestampedValue<RecordBatch> atTheEnd(FollowRequest request, long end) {
    LogPosition position = LogPosition.of(ORIGIN, end);
    return TimestampedValue.of(
        RecordBatch.of(request.after(), ORIGIN).readThrough(position).build(),
        BoundedWindow.TIMESTAMP_MIN_VALUE);
  }

  private static org.joda.time.Instant joda(Instant time) {
    return org.joda.time.Instant.ofEpochMilli(time.toEpochMilli());
  }

  @Override
  public void close() {}
}
