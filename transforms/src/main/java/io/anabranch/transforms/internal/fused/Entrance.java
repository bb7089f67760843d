/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochWindow;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.joda.time.Instant;

/** Which events a view takes, and in which window, at which time its steps see them. */
interface Entrance extends Serializable {
  /** Returns whether the view takes an event. */
  boolean isOpen(long epoch, long eventTime);

  /** Returns the window of an event. */
  BoundedWindow window(long epoch, long eventTime);

  /**
   * Returns the time of an event.
   *
   * @param timestamp its event time, no later than the end of its epoch
   */
  Instant timestamp(long eventTime, Instant timestamp);

  /** That of a combined view: windows of epochs, but for epochs that the view holds already. */
  final class Combined implements Entrance {
    private static final long serialVersionUID = 1L;
    private final EpochWindows<?> windows;
    private final long after;
    private transient EpochWindow last;

    /** Leaves out the epochs through {@code after}. */
    Combined(EpochWindows<?> windows, long after) {
      this.windows = windows;
      this.after = after;
    }

    @Override
    public boolean isOpen(long epoch, long eventTime) {
      return epoch > after;
    }

    /** Events that lie together are mostly of one bucket. */
    @Override
    public EpochWindow window(long epoch, long eventTime) {
      if (last == null || !windows.assigns(last, epoch, eventTime)) {
        last = windows.window(epoch, eventTime);
      }
      return last;
    }

    @Override
    public Instant timestamp(long eventTime, Instant timestamp) {
      return timestamp;
    }
  }

  /**
   * That of a windowed view: events that it admits, each at its event time; but none of epochs that
   * no window needs which is still to be computed.
   */
  record Windowed(Admission admission, long readAfter) implements Entrance {
    @Override
    public boolean isOpen(long epoch, long eventTime) {
      return epoch > readAfter && admission.admits(epoch, eventTime);
    }

    @Override
    public BoundedWindow window(long epoch, long eventTime) {
      return GlobalWindow.INSTANCE;
    }

    @Override
    public Instant timestamp(long eventTime, Instant timestamp) {
      return Instant.ofEpochMilli(eventTime);
    }
  }
}
