/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import java.io.Serializable;

/**
 * Which events a run gives to a windowed view: those that come in time, and of the others those
 * that a run over the whole log counts in.
 */
public final class Admission implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Epochs epochs;
  private final Timeliness timeliness;
  private final long epochMillis;
  private final long latenessMillis;
  private final long skewMillis;
  private final long after;
  private final long wholeThrough;
  private final long countedInThrough;

  private Admission(Epochs epochs, Timeliness timeliness, long after, long wholeThrough) {
    this.epochs = epochs;
    this.timeliness = timeliness;
    this.epochMillis = epochs.length().toMillis();
    this.latenessMillis = timeliness.lateness().toMillis();
    this.skewMillis = timeliness.clockSkew().toMillis();
    this.after = after;
    this.wholeThrough = wholeThrough;
    this.countedInThrough = timeliness.countedInThrough(epochs, wholeThrough);
  }

  /**
   * Admits the events of a view.
   *
   * @param after the last epoch that another run has read for the view: it has reported its events
   * @param wholeThrough the last epoch of the run over the whole log that counts events in, {@link
   *     Epochs#NONE} for none
   */
  public static Admission of(Epochs epochs, Timeliness timeliness, long after, long wholeThrough) {
    return new Admission(epochs, timeliness, after, wholeThrough);
  }

  /** Returns whether an event is left out, and this run is the one to report it. */
  public boolean leavesOut(long epoch, long eventMillis) {
    return epoch > after && !admits(epoch, eventMillis);
  }

  /** Returns whether an event of an epoch, at a time in milliseconds, is given to the view. */
  public boolean admits(long epoch, long eventMillis) {
    return (!isLate(epoch, eventMillis) && eventMillis < (epoch + 1) * epochMillis + skewMillis)
        || (epoch <= wholeThrough && eventMillis <= countedInThrough);
  }

  /** Returns whether an event comes later than the view allows. */
  public boolean isLate(long epoch, long eventMillis) {
    return eventMillis < epoch * epochMillis - latenessMillis;
  }

  /** Says why an event that is not admitted is not. */
  public String refusal(long epoch, long eventMillis) {
    String time = "its time " + java.time.Instant.ofEpochMilli(eventMillis) + " is ";
    return isLate(epoch, eventMillis)
        ? "%smore than %s before its epoch, which began %s"
            .formatted(time, timeliness.lateness(), epochs.start(epoch))
        : time
            + timeliness.clockSkew()
            + " or more after its epoch, which ended "
            + epochs.end(epoch);
  }
}
