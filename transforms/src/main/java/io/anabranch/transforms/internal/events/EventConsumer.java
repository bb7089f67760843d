/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import java.io.Serializable;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.joda.time.Instant;

/**
 * Takes the events of a view where they are decoded, within the same step. It is used as a {@code
 * DoFn} is: by one thread, bundle after bundle.
 *
 * @param <E> the event
 * @param <O> what it makes of events
 */
public interface EventConsumer<E, O> extends Serializable {
  /** Returns the name of the view. */
  String view();

  /** Returns the coder of what it makes of events. */
  Coder<O> coder();

  /** Returns whether an event on which a step throws leaves nothing behind in the steps. */
  boolean canSetAside();

  /** Prepares what bundles need. */
  void setup(PipelineOptions options);

  /** Begins a bundle. */
  void startBundle();

  /** Begins a batch of records, and says where outputs go meanwhile. */
  void startBatch(Output<O> output);

  /**
   * Takes an event at its timestamp.
   *
   * @throws StepException if a step of the author's threw on the event. Nothing is kept of it then;
   *     the next event may come if {@link #canSetAside}
   */
  void process(long epoch, long eventTime, E event, Instant timestamp);

  /** Ends a batch of records, and outputs what takes too much memory to keep. */
  void finishBatch();

  /** Ends a bundle, and outputs all that there is. */
  void finishBundle(Output<O> output);

  /** Ends what {@link #setup} prepared. */
  void teardown();

  /** Takes what a consumer makes of events. */
  interface Output<O> {
    /** Takes one. */
    void accept(O value, Instant timestamp);
  }
}
