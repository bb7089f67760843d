/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.transforms.internal.epoch.EpochEvent;
import java.util.Optional;
import org.apache.beam.sdk.transforms.DoFn;

/** Gives the events to a combined view, but for epochs that it holds already. */
public final class EventsAfter<E> extends DoFn<EpochEvent<E>, E> {
  private static final long serialVersionUID = 1L;
  private final String view;
  private final long after;

  /** Leaves out nothing. */
  public EventsAfter(String view) {
    this(view, Long.MIN_VALUE);
  }

  /** Leaves out the epochs through {@code after}. */
  public EventsAfter(String view, long after) {
    this.view = view;
    this.after = after;
  }

  @ProcessElement
  public void process(@Element EpochEvent<E> event, OutputReceiver<E> out) {
    if (event.epoch() > after) {
      try {
        out.output(event.value());
      } catch (RuntimeException | StackOverflowError e) {
        throw RecordException.in(view, Optional.empty(), event.value(), e);
      }
    }
  }
}
