/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.Epochs;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * The watermark of one reader that follows a log: one rule for every log. It follows log append
 * time, never goes back, and never passes the end of an epoch before the epoch is closed and its
 * records were given out. So a window that expires with its epoch loses nothing.
 *
 * <p>While an epoch is open it stays at {@link #lastWhileOpen} at the latest, a little before the
 * last millisecond. Runners differ in whether a timer fires at its time or only after it: a timer
 * for the last millisecond of an epoch fires on all of them only once the epoch is closed.
 *
 * <p>While no epoch is closed it does not move, as any epoch, however early, may get records.
 *
 * <p>A watermark that is held back stays this long before the beginning of the first epoch that is
 * not closed and given out. So an event is never behind it that happened no longer than that before
 * the beginning of the epoch that it was appended in.
 *
 * <p>A reader says what it sees by {@link #closed}, then {@link #pending} or {@link
 * #nothingPending}, then asks for {@link #current}. Not thread-safe.
 */
public final class EpochWatermark {
  private static final Instant MINIMUM =
      Instant.ofEpochMilli(BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());
  private static final Instant MAXIMUM =
      Instant.ofEpochMilli(BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis());
  private static final Duration BEFORE_END = Duration.ofMillis(3);

  private final Epochs epochs;
  private final Optional<Duration> heldBack;
  private long closedThrough = Epochs.NONE;
  private Instant bound = MINIMUM;
  private Instant reached;
  private boolean ended;

  /** Returns the latest that a watermark may be while an epoch is open. */
  public static Instant lastWhileOpen(Epochs epochs, long epoch) {
    return epochs.end(epoch).minus(BEFORE_END);
  }

  /** Begins at the beginning of time. */
  public EpochWatermark(Epochs epochs, FollowRequest request) {
    this(epochs, request, MINIMUM);
  }

  /**
   * Goes on.
   *
   * @param reached what {@link #reached} was at a checkpoint
   */
  public EpochWatermark(Epochs epochs, FollowRequest request, Instant reached) {
    this.epochs = epochs;
    this.heldBack = request.heldBack();
    this.reached = reached;
  }

  /** Notes that the log says that all epochs through one are closed. */
  public void closed(long throughEpoch) {
    closedThrough = Math.max(closedThrough, throughEpoch);
  }

  /**
   * Notes that the reader has seen records that it has not given out.
   *
   * @param earliestEpoch the first epoch of any of them
   * @param appendTime a time no later than when the log got any of them; empty if unknown
   */
  public void pending(long earliestEpoch, Optional<Instant> appendTime) {
    if (closedThrough == Epochs.NONE) {
      return;
    }
    Instant start = epochs.start(earliestEpoch);
    Instant within = appendTime.filter(time -> time.isAfter(start)).orElse(start);
    bound =
        earlier(
            within,
            earlier(
                lastWhileOpen(epochs, earliestEpoch), lastWhileOpen(epochs, closedThrough + 1)));
  }

  /**
   * Notes that the reader has given out all that it has seen.
   *
   * @param newest when the log got its newest record, empty if unknown
   */
  public void nothingPending(Optional<Instant> newest) {
    if (closedThrough != Epochs.NONE) {
      Instant closed = epochs.end(closedThrough);
      Instant seen = earlier(newest.orElse(closed), lastWhileOpen(epochs, closedThrough + 1));
      bound = seen.isAfter(closed) ? seen : closed;
    }
  }

  /** Notes that the reader gives out nothing more: it is where it ends, or was stopped. */
  public void ended() {
    ended = true;
  }

  /** Returns whether the reader gives out nothing more. */
  public boolean isEnded() {
    return ended;
  }

  /**
   * Returns the watermark in terms of append time, as if it was not held back or ended: a reader
   * that is restored from a checkpoint may go on.
   */
  public Instant reached() {
    Instant now = closedThrough == Epochs.NONE ? MINIMUM : bound;
    reached = now.isAfter(reached) ? now : reached;
    return reached;
  }

  /** Returns the watermark. */
  public Instant current() {
    Instant now = reached();
    if (ended) {
      return MAXIMUM;
    }
    if (heldBack.isEmpty() || now.equals(MINIMUM)) {
      return now;
    }
    Instant held = epochs.start(epochs.at(now)).minus(heldBack.get());
    return held.isAfter(MINIMUM) ? held : MINIMUM;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
