/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.Epochs;
import io.anabranch.connectors.files.folder.LogView;
import io.anabranch.connectors.files.folder.Segment;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * The watermark of a split. It follows the time of append, never runs back, and never passes the
 * end of an epoch before the epoch is closed and all its records were given out: an open epoch
 * bounds it, and so does the earliest segment that is not passed yet, which has its epoch's
 * records.
 *
 * <p>While no epoch is closed at all, it does not move: any epoch, however early, may get records.
 */
final class FollowWatermark {
  private static final long MINIMUM = BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis();
  private static final long MAXIMUM = BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis();

  private final Epochs epochs;
  private long watermark;
  private long closedThrough = Epochs.NONE;
  private long newestMillis = Long.MIN_VALUE;
  private boolean atEnd;

  FollowWatermark(Epochs epochs, long watermark) {
    this.epochs = epochs;
    this.watermark = watermark;
  }

  /** Notes what the log was when the backlog was made from it. */
  void looked(LogView view, boolean end) {
    closedThrough = view.closedThrough();
    newestMillis = view.newest().map(Segment::appendMillis).orElse(newestMillis);
    atEnd = end;
  }

  /** Ends the input here. */
  void stop() {
    atEnd = true;
  }

  boolean isAtEnd() {
    return atEnd;
  }

  /** Returns the watermark, in milliseconds, while there is this backlog. */
  long now(Backlog backlog) {
    watermark = Math.max(watermark, atEnd ? MAXIMUM : bound(backlog));
    return watermark;
  }

  private long bound(Backlog backlog) {
    if (closedThrough == Epochs.NONE) {
      return MINIMUM;
    }
    long closedEnd = epochs.end(closedThrough).toEpochMilli();
    long openEnd = epochs.end(closedThrough + 1).toEpochMilli();
    long reached = Math.min(newestMillis, openEnd - 1);
    return backlog.isEmpty()
        ? Math.max(closedEnd, reached)
        : Math.min(backlog.earliestMillis(), openEnd - 1);
  }
}
