/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.LogRecord;
import io.anabranch.api.internal.Excerpt;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.MultiOutputReceiver;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Instant;

/**
 * Decodes a batch of records at a time, and gives the events out, or to views that take them here.
 * An event is decoded once, however many views there are.
 */
final class DecodeFn<E> extends DoFn<RecordBatch, EpochEvent<E>> {
  private static final long serialVersionUID = 1L;
  private static final java.time.Instant FIRST_EVENT_TIME =
      java.time.Instant.parse("0001-01-01T00:00:00Z");
  private static final java.time.Instant AFTER_LAST_EVENT_TIME =
      java.time.Instant.parse("+10000-01-01T00:00:00Z");
  private static final int LONGEST_ERROR = 300;

  private final EventFormat<E> format;
  private final Epochs epochs;
  private final TreeMap<String, Admission> admissions;
  private final TupleTag<DeadLetter> deadLetters;
  private final ArrayList<EventConsumer<E>> consumers;
  private final boolean others;
  private final Counter recordCount = Metrics.counter(Decode.METRICS, Decode.RECORDS);
  private final Counter deadLetterCount = Metrics.counter(Decode.METRICS, Decode.DEAD_LETTERS);

  private final Counter lateEventsCount = Metrics.counter(Decode.METRICS, "late-events");

  DecodeFn(
      EventFormat<E> format,
      Epochs epochs,
      Map<String, Admission> admissions,
      TupleTag<DeadLetter> deadLetters,
      List<EventConsumer<E>> consumers,
      boolean others) {
    this.format = format;
    this.epochs = epochs;
    this.admissions = new TreeMap<>(admissions);
    this.deadLetters = deadLetters;
    this.consumers = new ArrayList<>(consumers);
    this.others = others;
  }

  @Setup
  public void setup(PipelineOptions options) {
    consumers.forEach(view -> view.setup(options));
  }

  @Teardown
  public void teardown() {
    consumers.forEach(EventConsumer::teardown);
  }

  @StartBundle
  public void startBundle() {
    consumers.forEach(EventConsumer::startBundle);
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    for (EventConsumer<E> view : consumers) {
      TupleTag<KV<Long, byte[]>> blocks = Decoded.blocksOf(view.view());
      view.finishBundle(
          (shard, block) ->
              context.output(
                  blocks, KV.of(shard, block), view.timestamp(shard), GlobalWindow.INSTANCE));
    }
  }

  @ProcessElement
  public void process(@Element RecordBatch batch, MultiOutputReceiver out) {
    if (batch.size() == 0) { // it only says how far the log is read
      return;
    }
    OutputReceiver<EpochEvent<E>> events = out.get(new TupleTag<EpochEvent<E>>("events"));
    long lastTimestamp = epochs.end(batch.epoch()).toEpochMilli() - 1;
    RecordBatch.Cursor cursor = batch.cursor();
    int failed = 0;
    int late = 0;
    for (int record = 0; record < batch.size(); record++) {
      EpochEvent<E> event;
      try {
        event = decode(batch.epoch(), cursor.at(record));
      } catch (Exception | StackOverflowError e) {
        out.get(deadLetters)
            .output(new DeadLetter(batch.place(record), describe(e), batch.bytes(record)));
        failed++;
        continue;
      }
      if (!admissions.isEmpty()) {
        List<DeadLetter> letters = late(event, batch, record);
        letters.forEach(out.get(deadLetters)::output);
        late += letters.size();
      }
      Instant timestamp = Instant.ofEpochMilli(Math.min(event.eventTime(), lastTimestamp));
      try {
        giveOut(event, timestamp, events);
      } catch (RuntimeException | StackOverflowError e) {
        throw RecordException.at(batch.place(record), e);
      }
    }
    makeRoom(out);
    recordCount.inc(batch.size());
    if (failed > 0) {
      deadLetterCount.inc(failed);
    }
    if (late > 0) {
      lateEventsCount.inc(late);
    }
  }

  private void giveOut(
      EpochEvent<E> event, Instant timestamp, OutputReceiver<EpochEvent<E>> events) {
    for (int view = 0; view < consumers.size(); view++) { // for each event: no iterator
      consumers.get(view).process(event.epoch(), event.eventTime(), event.value(), timestamp);
    }
    if (others) {
      events.outputWithTimestamp(event, timestamp);
    }
  }

  private void makeRoom(MultiOutputReceiver out) {
    for (EventConsumer<E> view : consumers) {
      view.makeRoom(
          (shard, block) ->
              out.get(Decoded.blocksOf(view.view()))
                  .outputWithTimestamp(KV.of(shard, block), view.timestamp(shard)));
    }
  }

  private EpochEvent<E> decode(long epoch, LogRecord record) throws Exception {
    E event = format.decode(record);
    java.time.Instant eventTime = format.timestamp(event);
    if (eventTime.isBefore(FIRST_EVENT_TIME) || !eventTime.isBefore(AFTER_LAST_EVENT_TIME)) {
      throw new IllegalArgumentException("the event time is outside the years 1 to 9999");
    }
    return new EpochEvent<>(epoch, eventTime.toEpochMilli(), event);
  }

  /** Returns a letter for each view that does not admit the event. */
  private List<DeadLetter> late(EpochEvent<E> event, RecordBatch batch, int record) {
    List<DeadLetter> letters = List.of();
    for (Map.Entry<String, Admission> view : admissions.entrySet()) {
      if (view.getValue().leavesOut(event.epoch(), event.eventTime())) {
        letters = letters.isEmpty() ? new ArrayList<>() : letters;
        letters.add(letter(view.getKey(), view.getValue(), event, batch, record));
      }
    }
    return letters;
  }

  private static DeadLetter letter(
      String view, Admission admission, EpochEvent<?> event, RecordBatch batch, int record) {
    return new DeadLetter(
        batch.place(record),
        admission.isLate(event.epoch(), event.eventTime())
            ? DeadLetter.Kind.LATE
            : DeadLetter.Kind.EARLY,
        Optional.of(view),
        Optional.of(java.time.Instant.ofEpochMilli(event.eventTime())),
        admission.refusal(event.epoch(), event.eventTime()),
        batch.bytes(record));
  }

  private static String describe(Throwable error) {
    String message = error.getMessage();
    String text =
        message == null || message.isBlank()
            ? error.getClass().getName().replaceFirst(".*\\.", "")
            : message;
    return Excerpt.of(text, LONGEST_ERROR);
  }
}
