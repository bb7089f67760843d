/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
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
  private final PCollectionTuple outputs;
  private final TupleTag<EpochEvent<E>> events;
  private final TupleTag<EpochEvent<E>> noEvents;
  private final TupleTag<DeadLetter> deadLetters;

  Decoded(
      PCollectionTuple outputs,
      TupleTag<EpochEvent<E>> events,
      TupleTag<EpochEvent<E>> noEvents,
      TupleTag<DeadLetter> deadLetters) {
    this.outputs = outputs;
    this.events = events;
    this.noEvents = noEvents;
    this.deadLetters = deadLetters;
  }

  static <O> TupleTag<O> outputOf(EventConsumer<?, O> view) {
    return new TupleTag<>("of " + view.view()) {};
  }

  /** Returns the events; none if no view needs them that does not take them at once. */
  public PCollection<EpochEvent<E>> events() {
    return outputs.get(events);
  }

  /** Returns no events, ever. */
  public PCollection<EpochEvent<E>> noEvents() {
    return outputs.get(noEvents);
  }

  /** Returns the records that were set aside. */
  public PCollection<DeadLetter> deadLetters() {
    return outputs.get(deadLetters);
  }

  /** Returns what a view that takes the events at once made of them. */
  public <O> PCollection<O> of(EventConsumer<E, O> view) {
    return outputs.get(outputOf(view));
  }

  @Override
  public Pipeline getPipeline() {
    return outputs.getPipeline();
  }

  @Override
  public Map<TupleTag<?>, PValue> expand() {
    return outputs.expand();
  }

  @Override
  public void finishSpecifyingOutput(
      String transformName, PInput input, PTransform<?, ?> transform) {}
}
