/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import java.util.Optional;
import org.apache.beam.sdk.transforms.DoFn;
import org.joda.time.Instant;

/**
 * Gives the events to a windowed view that it admits, each at its event time; but none of epochs
 * that no window needs which is still to be computed.
 */
public final class TimelyEvents<E> extends DoFn<EpochEvent<E>, E> {
  private static final long serialVersionUID = 1L;
  private final String view;
  private final Admission admission;
  private final long readAfter;

  /** Leaves out the epochs through {@code readAfter}, and what is not admitted. */
  public TimelyEvents(String view, Admission admission, long readAfter) {
    this.view = view;
    this.admission = admission;
    this.readAfter = readAfter;
  }

  @ProcessElement
  public void process(@Element EpochEvent<E> event, OutputReceiver<E> out) {
    if (event.epoch() > readAfter && admission.admits(event.epoch(), event.eventTime())) {
      try {
        out.outputWithTimestamp(event.value(), Instant.ofEpochMilli(event.eventTime()));
      } catch (RuntimeException | StackOverflowError e) {
        throw RecordException.in(view, Optional.empty(), event.value(), e);
      }
    }
  }
}
