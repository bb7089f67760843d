/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.DeadLetterCoder;
import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochEventCoder;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Decodes records into events; a record that cannot be decoded becomes a dead letter.
 *
 * <p>Views may take the events here, each an {@link EventConsumer}: what they make of them is the
 * output instead, and events only if other views need them. An event on which a step of a view
 * throws becomes a dead letter of this view; the other views take it all the same.
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
 * decoded), {@code failed-events} and {@code late-events} (once for each view).
 */
public final class Decode<E> extends PTransform<PCollection<RecordBatch>, Decoded<E>> {
  /** The namespace of the metrics. */
  public static final String METRICS = "io.anabranch";

  /** The metric that counts records, those that could not be decoded included. */
  public static final String RECORDS = "records";

  /** The metric that counts records that could not be decoded. */
  public static final String DEAD_LETTERS = "dead-letters";

  /** The metric that counts events on which a step of a view threw, once for each view. */
  public static final String FAILED_EVENTS = "failed-events";

  private final transient EventFormat<E> format;
  private final transient Epochs epochs;
  private final transient Map<String, Admission> admissions;
  private final transient List<EventConsumer<E, ?>> consumers;
  private final transient boolean others;
  private final transient boolean setsAside;

  private Decode(
      EventFormat<E> format,
      Epochs epochs,
      Map<String, Admission> admissions,
      List<EventConsumer<E, ?>> consumers,
      boolean others,
      boolean setsAside) {
    this.format = format;
    this.epochs = epochs;
    this.admissions = admissions;
    this.consumers = consumers;
    this.others = others;
    this.setsAside = setsAside;
  }

  /** Decodes by a format the records of a log with these epochs. */
  public static <E> Decode<E> records(EventFormat<E> format, Epochs epochs) {
    return new Decode<>(format, epochs, Map.of(), List.of(), true, false);
  }

  /**
   * Lists the events that windowed views leave out, too.
   *
   * @param views which events are given to windowed views, by the names of the views
   */
  public Decode<E> admitting(Map<String, Admission> views) {
    return new Decode<>(format, epochs, views, consumers, others, setsAside);
  }

  /**
   * Gives the events to views at once.
   *
   * @param andOthers whether the events are an output besides
   */
  public Decode<E> into(List<? extends EventConsumer<E, ?>> views, boolean andOthers) {
    return new Decode<>(format, epochs, admissions, List.copyOf(views), andOthers, setsAside);
  }

  /** Makes events on which a step of a view throws dead letters; else it fails on the first one. */
  public Decode<E> settingAside(boolean failed) {
    return new Decode<>(format, epochs, admissions, consumers, others, failed);
  }

  @Override
  public Decoded<E> expand(PCollection<RecordBatch> input) {
    TupleTag<EpochEvent<E>> events = new TupleTag<>("events") {};
    TupleTag<EpochEvent<E>> noEvents = new TupleTag<>("no-events") {};
    TupleTag<DeadLetter> deadLetters = new TupleTag<>("dead-letters") {};
    TupleTagList tags = TupleTagList.of(deadLetters).and(noEvents);
    for (EventConsumer<E, ?> view : consumers) {
      tags = tags.and(Decoded.outputOf(view));
    }
    PCollectionTuple outputs =
        input.apply(
            "Decode",
            ParDo.of(
                    new DecodeFn<>(
                        format, epochs, admissions, deadLetters, consumers, others, setsAside))
                .withOutputTags(events, tags));
    outputs.get(events).setCoder(EpochEventCoder.of(format.coder()));
    outputs.get(deadLetters).setCoder(DeadLetterCoder.of());
    outputs.get(noEvents).setCoder(EpochEventCoder.of(format.coder()));
    consumers.forEach(view -> setCoder(outputs, view));
    return new Decoded<>(outputs, events, noEvents, deadLetters);
  }

  private static <O> void setCoder(PCollectionTuple outputs, EventConsumer<?, O> view) {
    outputs.get(Decoded.outputOf(view)).setCoder(view.coder());
  }
}
