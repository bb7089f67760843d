/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.api.spi.log.StopSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
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
    if (epoch <= closedThrough) {
      throw new IllegalStateException(
          "the epoch that ends " + epochs.end(epoch) + " is closed: nothing can be appended to it");
    }
    RecordBatch.Builder batch = RecordBatch.of(epoch, ORIGIN);
    for (byte[] bytes : appended) {
      batch.add(records++, bytes, 0, bytes.length);
      if (random.nextInt(CUT) == 0) {
        entries.add(new Records(batch.build()));
        batch = RecordBatch.of(epoch, ORIGIN);
      }
    }
    if (batch.size() > 0) {
      entries.add(new Records(batch.build()));
    }
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
        Integer.toString(entries.size()),
        closedThrough,
        batches().stream().mapToLong(RecordBatch::epoch).min().orElse(Long.MAX_VALUE),
        batches().stream().mapToLong(RecordBatch::epoch).max().orElse(Epochs.NONE));
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
        batches.stream().mapToLong(batch -> batch.data().length + batch.size()).sum());
  }

  /** None: a script is the same each time. */
  @Override
  public List<EpochContent> contents(EpochRange range) {
    return List.of();
  }

  @Override
  public List<EpochChange> changes(Collection<EpochContent> earlier) {
    return List.of();
  }

  @Override
  public List<EpochChange> faults(EpochRange range) {
    return List.of();
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> readClosed(EpochRange range) {
    List<RecordBatch> batches = new ArrayList<>(batches(range));
    Collections.shuffle(batches, random);
    return Create.of(batches).withCoder(RecordBatchCoder.of());
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> follow(
      long after, Optional<Duration> lateness, Optional<LogEnd> until, StopSignal stop) {
    TestStream.Builder<RecordBatch> stream = TestStream.create(RecordBatchCoder.of());
    int end = until.map(LogEnd::position).map(Integer::valueOf).orElse(entries.size());
    for (Entry entry : entries.subList(0, end)) {
      if (entry instanceof Records read && read.batch().epoch() > after) {
        stream =
            stream.addElements(
                TimestampedValue.of(read.batch(), BoundedWindow.TIMESTAMP_MIN_VALUE));
      } else if (entry instanceof Waited waited) {
        stream =
            stream.advanceProcessingTime(org.joda.time.Duration.millis(waited.time().toMillis()));
      } else if (entry instanceof Closed closed) {
        stream =
            stream.advanceWatermarkTo(
                org.joda.time.Instant.ofEpochMilli(
                    epochs
                        .end(closed.epoch())
                        .minus(lateness.orElse(Duration.ZERO))
                        .toEpochMilli()));
      }
    }
    return stream.advanceWatermarkToInfinity();
  }

  @Override
  public void close() {}
}
