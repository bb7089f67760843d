/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.transforms.internal.aggregate.PartialTable;
import java.io.Serializable;
import org.apache.beam.sdk.options.PipelineOptions;
import org.joda.time.Instant;

/**
 * Takes the events where they are decoded, within the same step, and makes {@linkplain
 * io.anabranch.transforms.internal.aggregate.StoreBlocks blocks} of them. It is used as a {@code
 * DoFn} is: by one thread, bundle after bundle, and no more once it threw.
 *
 * @param <E> the event
 */
public interface EventConsumer<E> extends Serializable {
  /** Returns the name of the view. */
  String view();

  /** Prepares what bundles need. */
  void setup(PipelineOptions options);

  /** Begins a bundle. */
  void startBundle();

  /** Takes an event at its timestamp. */
  void process(long epoch, long eventTime, E event, Instant timestamp);

  /** Gives out what there is, if that takes as much memory as it may. */
  void makeRoom(PartialTable.Sink blocks);

  /** Ends a bundle, and gives out what there is. */
  void finishBundle(PartialTable.Sink blocks);

  /** Returns the timestamp of blocks of a shard. */
  Instant timestamp(long shard);

  /** Ends what {@link #setup} prepared. */
  void teardown();
}
