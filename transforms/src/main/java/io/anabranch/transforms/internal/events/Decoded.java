/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PInput;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;

/**
 * What {@link Decode} makes of records.
 *
 * @param <E> the author's event
 */
public final class Decoded<E> implements POutput {
  private final TupleTag<EpochEvent<E>> eventsTag;
  private final PCollection<EpochEvent<E>> events;
  private final TupleTag<DeadLetter> deadLettersTag;
  private final PCollection<DeadLetter> deadLetters;

  private Decoded(
      TupleTag<EpochEvent<E>> eventsTag,
      PCollection<EpochEvent<E>> events,
      TupleTag<DeadLetter> deadLettersTag,
      PCollection<DeadLetter> deadLetters) {
    this.eventsTag = eventsTag;
    this.events = events;
    this.deadLettersTag = deadLettersTag;
    this.deadLetters = deadLetters;
  }

  static <E> Decoded<E> of(
      TupleTag<EpochEvent<E>> eventsTag,
      PCollection<EpochEvent<E>> events,
      TupleTag<DeadLetter> deadLettersTag,
      PCollection<DeadLetter> deadLetters) {
    return new Decoded<>(eventsTag, events, deadLettersTag, deadLetters);
  }

  /** Returns the events. */
  public PCollection<EpochEvent<E>> events() {
    return events;
  }

  /** Returns the records that could not be decoded. */
  public PCollection<DeadLetter> deadLetters() {
    return deadLetters;
  }

  @Override
  public Pipeline getPipeline() {
    return events.getPipeline();
  }

  @Override
  public Map<TupleTag<?>, PValue> expand() {
    return Map.of(eventsTag, events, deadLettersTag, deadLetters);
  }

  @Override
  public void finishSpecifyingOutput(
      String transformName, PInput input, PTransform<?, ?> transform) {}
}
