/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.LogRecord;
import io.anabranch.api.internal.Excerpt;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.DeadLetterCoder;
import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochEventCoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.joda.time.Instant;

/**
 * Decodes records into events; a record that cannot be decoded becomes a dead letter.
 *
 * <p>Input: batches of records, bounded or not, at the minimum timestamp. Output: {@link Decoded},
 * events and dead letters, in the windows of the input. An event's timestamp is its event time, but
 * never later than the last millisecond of its epoch, because its window ends there; the true event
 * time stays in {@link EpochEvent#eventTime()}.
 *
 * <p>An event that does not come in time for a windowed view, and is not counted in, is an event
 * like any other, and a dead letter of this view besides, so that it is listed.
 *
 * <p>Failures: whatever the format throws on a record, and an event time outside the years 1 to
 * 9999, makes a dead letter with the error, the place in the log and the record's bytes. Metrics,
 * in the namespace {@code io.anabranch}: {@code records}, {@code dead-letters} (that could not be
 * decoded), {@code late-events} (once for each view).
 */
public final class Decode {
  /** The namespace of the metrics. */
  public static final String METRICS = "io.anabranch";

  /** The metric that counts records, those that could not be decoded included. */
  public static final String RECORDS = "records";

  /** The metric that counts records that could not be decoded. */
  public static final String DEAD_LETTERS = "dead-letters";

  private static final java.time.Instant FIRST_EVENT_TIME =
      java.time.Instant.parse("0001-01-01T00:00:00Z");
  private static final java.time.Instant AFTER_LAST_EVENT_TIME =
      java.time.Instant.parse("+10000-01-01T00:00:00Z");
  private static final int LONGEST_ERROR = 300;

  private Decode() {}

  /** Decodes by a format the records of a log with these epochs. */
  public static <E> PTransform<PCollection<RecordBatch>, Decoded<E>> records(
      EventFormat<E> format, Epochs epochs) {
    return new DecodeRecords<>(format, epochs, Map.of());
  }

  /**
   * Decodes, and lists the events that windowed views leave out.
   *
   * @param admissions which events are given to windowed views, by the names of the views
   */
  public static <E> PTransform<PCollection<RecordBatch>, Decoded<E>> records(
      EventFormat<E> format, Epochs epochs, Map<String, Admission> admissions) {
    return new DecodeRecords<>(format, epochs, admissions);
  }

  private static final class DecodeRecords<E>
      extends PTransform<PCollection<RecordBatch>, Decoded<E>> {
    private final transient EventFormat<E> format;
    private final transient Epochs epochs;
    private final transient Map<String, Admission> admissions;

    DecodeRecords(EventFormat<E> format, Epochs epochs, Map<String, Admission> admissions) {
      this.format = format;
      this.epochs = epochs;
      this.admissions = admissions;
    }

    @Override
    public Decoded<E> expand(PCollection<RecordBatch> input) {
      TupleTag<EpochEvent<E>> events = new TupleTag<>("events") {};
      TupleTag<DeadLetter> deadLetters = new TupleTag<>("dead-letters") {};
      PCollectionTuple outputs =
          input.apply(
              "Decode",
              ParDo.of(new DecodeFn<>(format, epochs, admissions, deadLetters))
                  .withOutputTags(events, TupleTagList.of(deadLetters)));
      return Decoded.of(
          events,
          outputs.get(events).setCoder(EpochEventCoder.of(format.coder())),
          deadLetters,
          outputs.get(deadLetters).setCoder(DeadLetterCoder.of()));
    }
  }

  private static final class DecodeFn<E> extends DoFn<RecordBatch, EpochEvent<E>> {
    private final EventFormat<E> format;
    private final Epochs epochs;
    private final TreeMap<String, Admission> admissions;
    private final TupleTag<DeadLetter> deadLetters;
    private final Counter recordCount = Metrics.counter(METRICS, RECORDS);
    private final Counter deadLetterCount = Metrics.counter(METRICS, DEAD_LETTERS);

    private final Counter lateEventsCount = Metrics.counter(METRICS, "late-events");

    DecodeFn(
        EventFormat<E> format,
        Epochs epochs,
        Map<String, Admission> admissions,
        TupleTag<DeadLetter> deadLetters) {
      this.format = format;
      this.epochs = epochs;
      this.admissions = new TreeMap<>(admissions);
      this.deadLetters = deadLetters;
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
          events.outputWithTimestamp(event, timestamp);
        } catch (RuntimeException | StackOverflowError e) {
          throw RecordException.at(batch.place(record), e);
        }
      }
      recordCount.inc(batch.size());
      if (failed > 0) {
        deadLetterCount.inc(failed);
      }
      if (late > 0) {
        lateEventsCount.inc(late);
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
}
