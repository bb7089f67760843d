/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

import io.anabranch.api.Buckets;
import io.anabranch.api.Epochs;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.IncompatibleWindowException;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.NonMergingWindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;

/**
 * Gives each {@link EpochEvent} the {@link EpochWindow} of its epoch and of the bucket of its event
 * time, whatever its Beam timestamp is.
 *
 * <p>Bounded: with {@link #inOneEpoch} all events get the windows of one epoch, so that a run over
 * many epochs makes one row per bucket and key.
 *
 * <pre>{@code
 * events.apply(Window.into(EpochWindows.of(log.epochs(), Duration.ofMinutes(1))))
 * }</pre>
 *
 * @param <E> the author's event
 */
public final class EpochWindows<E> extends NonMergingWindowFn<EpochEvent<E>, EpochWindow> {
  private static final long serialVersionUID = 1L;

  private final long epochMillis;
  private final Buckets buckets;
  private final boolean oneEpoch;
  private final long epoch;

  private EpochWindows(long epochMillis, Buckets buckets, OptionalLong oneEpoch) {
    this.epochMillis = epochMillis;
    this.buckets = buckets;
    this.oneEpoch = oneEpoch.isPresent();
    this.epoch = oneEpoch.orElse(0);
  }

  /**
   * Returns windows for epochs and buckets.
   *
   * @param bucket 1 ms or longer
   * @throws IllegalArgumentException if it is shorter
   */
  public static <E> EpochWindows<E> of(Epochs epochs, Duration bucket) {
    if (bucket.toMillis() < 1) {
      throw new IllegalArgumentException("bucket is " + bucket + ": it must be 1 ms or longer");
    }
    return of(epochs, Buckets.of(bucket));
  }

  /** Returns windows for epochs and buckets of any kind. */
  public static <E> EpochWindows<E> of(Epochs epochs, Buckets buckets) {
    return new EpochWindows<>(epochs.length().toMillis(), buckets, OptionalLong.empty());
  }

  /** Returns windows that are all of one epoch, which must not be before that of any event. */
  public EpochWindows<E> inOneEpoch(long number) {
    return new EpochWindows<>(epochMillis, buckets, OptionalLong.of(number));
  }

  @Override
  public Collection<EpochWindow> assignWindows(AssignContext context) {
    EpochEvent<E> event = context.element();
    return List.of(window(event.epoch(), event.eventTime()));
  }

  /** Returns the epochs. */
  public Epochs epochs() {
    return new Epochs(Duration.ofMillis(epochMillis));
  }

  /** Returns the window of an event. */
  public EpochWindow window(long ofEvent, long eventTime) {
    IntervalWindow bucket = buckets.at(eventTime);
    long ofEpoch = oneEpoch ? epoch : ofEvent;
    return new EpochWindow(
        ofEpoch, (ofEpoch + 1) * epochMillis, bucket.start().getMillis(), bucket.end().getMillis());
  }

  /** Returns whether a window that was made here is that of an event. */
  public boolean assigns(EpochWindow window, long ofEvent, long eventTime) {
    return window.epoch() == (oneEpoch ? epoch : ofEvent)
        && eventTime >= window.start().getMillis()
        && eventTime < window.end().getMillis();
  }

  @Override
  public org.apache.beam.sdk.coders.Coder<EpochWindow> windowCoder() {
    return EpochWindow.Coder.of();
  }

  @Override
  public boolean assignsToOneWindow() {
    return true;
  }

  @Override
  @SuppressWarnings("deprecation") // Beam calls it still
  public boolean isCompatible(WindowFn<?, ?> other) {
    return equals(other);
  }

  @Override
  public void verifyCompatibility(WindowFn<?, ?> other) throws IncompatibleWindowException {
    if (!isCompatible(other)) {
      throw new IncompatibleWindowException(
          other, "windows of epochs are compatible only with those of the same epochs and buckets");
    }
  }

  /** Side inputs made from events would see one epoch only, and are refused with their view. */
  @Override
  public WindowMappingFn<EpochWindow> getDefaultWindowMappingFn() {
    throw new UnsupportedOperationException("a side input cannot be windowed by epochs");
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder
        .add(DisplayData.item("epoch", org.joda.time.Duration.millis(epochMillis)))
        .add(DisplayData.item("bucket", buckets.toString()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EpochWindows<?> that
        && epochMillis == that.epochMillis
        && buckets.equals(that.buckets)
        && oneEpoch == that.oneEpoch
        && epoch == that.epoch;
  }

  @Override
  public int hashCode() {
    return Objects.hash(epochMillis, buckets, oneEpoch, epoch);
  }

  @Override
  public String toString() {
    return "EpochWindows(epoch %s, bucket %s%s)"
        .formatted(
            Duration.ofMillis(epochMillis), buckets, oneEpoch ? ", all in epoch " + epoch : "");
  }
}
