/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import io.anabranch.api.UserException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/**
 * Gives out its input as it is; fails at an element whose timestamp lies after its window.
 *
 * <p>For the DirectRunner and unbounded input: there a watermark may pass the end of an epoch
 * before contributions come to which an author's transform gave a timestamp after it, and they
 * would be late. (Flink gives out a bundle before the watermark behind it.)
 *
 * @param <T> the element
 */
final class RequireTimestampsInWindows<T> extends DoFn<T, T> {
  private static final long serialVersionUID = 1L;

  private final String view;

  RequireTimestampsInWindows(String view) {
    this.view = view;
  }

  @ProcessElement
  public void process(
      @Element T element,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      OutputReceiver<T> out) {
    if (timestamp.isAfter(window.maxTimestamp())) {
      throw new UserException(
          "view \"%s\" gives a contribution the timestamp %s, after the end of its event's epoch, %s: the event is from the future, and on the DirectRunner the contribution might be lost. Leave timestamps as they are, since the bucket is that of the event's time without them; or run on Flink"
              .formatted(view, timestamp, window.maxTimestamp()));
    }
    out.output(element);
  }
}
