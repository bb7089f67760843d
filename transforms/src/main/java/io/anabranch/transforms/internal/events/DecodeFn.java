/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.AuthorException;
import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.LogRecord;
import io.anabranch.api.internal.Excerpt;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import java.nio.channels.ClosedByInterruptException;
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
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Instant;

/**
 * Decodes a batch of records at a time; the events are its output, or go to views that take them
 * here. An event is decoded once, however many views there are.
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
  private final ArrayList<EventConsumer<E, ?>> consumers;
  private final boolean others;
  private final boolean setsAside;
  private final Counter recordCount = Metrics.counter(Decode.METRICS, Decode.RECORDS);
  private final Counter deadLetterCount = Metrics.counter(Decode.METRICS, Decode.DEAD_LETTERS);
  private final Counter failedEventsCount = Metrics.counter(Decode.METRICS, Decode.FAILED_EVENTS);
  private final Counter lateEventsCount = Metrics.counter(Decode.METRICS, "late-events");

  DecodeFn(
      EventFormat<E> format,
      Epochs epochs,
      Map<String, Admission> admissions,
      TupleTag<DeadLetter> deadLetters,
      List<EventConsumer<E, ?>> consumers,
      boolean others,
      boolean setsAside) {
    this.format = format;
    this.epochs = epochs;
    this.admissions = new TreeMap<>(admissions);
    this.deadLetters = deadLetters;
    this.consumers = new ArrayList<>(consumers);
    this.others = others;
    this.setsAside = setsAside;
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
    consumers.forEach(view -> finishBundle(view, context));
  }

  private static <O> void finishBundle(
      EventConsumer<?, O> view, DoFn<RecordBatch, ?>.FinishBundleContext context) {
    TupleTag<O> tag = Decoded.outputOf(view);
    view.finishBundle(
        (value, timestamp) -> context.output(tag, value, timestamp, GlobalWindow.INSTANCE));
  }

  @ProcessElement
  public void process(@Element RecordBatch batch, MultiOutputReceiver out) {
    if (batch.size() == 0) { // it only says how far the log is read
      return;
    }
    OutputReceiver<EpochEvent<E>> events = out.get(new TupleTag<EpochEvent<E>>("events"));
    long lastTimestamp = epochs.end(batch.epoch()).toEpochMilli() - 1;
    consumers.forEach(view -> startBatch(view, out));
    RecordBatch.Cursor cursor = batch.cursor();
    int undecodable = 0;
    int failed = 0;
    int late = 0;
    for (int record = 0; record < batch.size(); record++) {
      EpochEvent<E> event;
      try {
        event = decode(batch.epoch(), cursor.at(record));
      } catch (Exception | StackOverflowError e) {
        out.get(deadLetters)
            .output(new DeadLetter(batch.place(record), describe(e), batch.bytes(record)));
        undecodable++;
        continue;
      }
      if (!admissions.isEmpty()) {
        List<DeadLetter> letters = late(event, batch, record);
        letters.forEach(out.get(deadLetters)::output);
        late += letters.size();
      }
      Instant timestamp = Instant.ofEpochMilli(Math.min(event.eventTime(), lastTimestamp));
      try {
        for (int view = 0; view < consumers.size(); view++) { // for each event: no iterator
          if (!isTaken(consumers.get(view), event, timestamp, batch, record, out)) {
            failed++;
          }
        }
        if (others) {
          events.outputWithTimestamp(event, timestamp);
        }
      } catch (RuntimeException | StackOverflowError e) {
        throw RecordException.at(batch.place(record), e);
      }
    }
    consumers.forEach(EventConsumer::finishBatch);
    recordCount.inc(batch.size());
    if (undecodable > 0) {
      deadLetterCount.inc(undecodable);
    }
    if (failed > 0) {
      failedEventsCount.inc(failed);
    }
    if (late > 0) {
      lateEventsCount.inc(late);
    }
  }

  /** An event that a step of the view does not take becomes a dead letter. */
  private boolean isTaken(
      EventConsumer<E, ?> view,
      EpochEvent<E> event,
      Instant timestamp,
      RecordBatch batch,
      int record,
      MultiOutputReceiver out) {
    try {
      view.process(event.epoch(), event.eventTime(), event.value(), timestamp);
      return true;
    } catch (StepException e) {
      if (!setsAside || !view.canSetAside() || !isOfTheEvent(e)) {
        throw RecordException.in(view.view(), Optional.of(e.step()), event.value(), e.getCause());
      }
      out.get(deadLetters).output(failed(view.view(), e, event, batch, record));
      return false;
    }
  }

  private static DeadLetter failed(
      String view, StepException error, EpochEvent<?> event, RecordBatch batch, int record) {
    return new DeadLetter(
        batch.place(record),
        DeadLetter.Kind.FAILED,
        Optional.of(view),
        Optional.of(java.time.Instant.ofEpochMilli(event.eventTime())),
        Excerpt.of(
            "step \"%s\": %s".formatted(error.step(), AuthorException.origin(error.getCause())),
            LONGEST_ERROR),
        batch.bytes(record));
  }

  /** A worker that its runner interrupts, or whose JVM is broken, throws on whatever comes. */
  private static boolean isOfTheEvent(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException
          || cause instanceof ClosedByInterruptException
          || cause instanceof LinkageError
          || (cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError))) {
        return false;
      }
    }
    return !Thread.currentThread().isInterrupted();
  }

  private static <O> void startBatch(EventConsumer<?, O> view, MultiOutputReceiver out) {
    view.startBatch(out.get(Decoded.outputOf(view))::outputWithTimestamp);
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
