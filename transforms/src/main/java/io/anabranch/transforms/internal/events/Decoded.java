/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.KV;
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
  private final TupleTag<DeadLetter> deadLetters;

  Decoded(
      PCollectionTuple outputs, TupleTag<EpochEvent<E>> events, TupleTag<DeadLetter> deadLetters) {
    this.outputs = outputs;
    this.events = events;
    this.deadLetters = deadLetters;
  }

  static TupleTag<KV<Long, byte[]>> blocksOf(String view) {
    return new TupleTag<>("blocks of " + view) {};
  }

  /** Returns the events; none if no view needs them that does not take them at once. */
  public PCollection<EpochEvent<E>> events() {
    return outputs.get(events);
  }

  /** Returns the records that could not be decoded. */
  public PCollection<DeadLetter> deadLetters() {
    return outputs.get(deadLetters);
  }

  /** Returns what a view that takes the events at once made of them. */
  public PCollection<KV<Long, byte[]>> blocks(String view) {
    return outputs.get(blocksOf(view));
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
