/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static io.anabranch.api.internal.Arguments.requireGiven;

import com.google.auto.value.AutoValue;
import java.time.Duration;
import java.util.Optional;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableBiFunction;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * A view whose rows come out of any Beam transform: groupings, sessions, state, timers, joins and
 * windows of its own. A row is identified by its window and its key, and is stored once its window
 * is complete.
 *
 * <p>Rows of different layers are never added, so the line between the layers is in event time
 * here: see {@link Timeliness}. An answer is exact for all events that come in time. What comes
 * later is listed with the dead letters and counted in by the next full batch run.
 *
 * @param <E> the event
 * @param <K> the key of a row; its coder must be deterministic
 * @param <V> the value of a row
 */
@AutoValue
public abstract non-sealed class WindowedView<E, K, V> extends MaterializedView<E, K, V> {
  WindowedView() {}

  static <E, K, V> WindowedView<E, K, V> of(
      String name,
      Timeliness timeliness,
      PTransform<? super PCollection<E>, PCollection<KV<K, V>>> rows) {
    return new AutoValue_WindowedView.Builder<E, K, V>()
        .name(name)
        .timeliness(timeliness)
        .rows(rows)
        .allowsProcessingTimeTimers(false)
        .allowsOverlappingTotals(false)
        .revision(1)
        .build();
  }

  @AutoValue.Builder
  abstract static class Builder<E, K, V> {
    abstract Builder<E, K, V> name(String name);

    abstract Builder<E, K, V> timeliness(Timeliness timeliness);

    abstract Builder<E, K, V> rows(
        PTransform<? super PCollection<E>, PCollection<KV<K, V>>> transform);

    abstract Builder<E, K, V> totals(SerializableBiFunction<V, V, V> merge);

    abstract Builder<E, K, V> allowsProcessingTimeTimers(boolean allows);

    abstract Builder<E, K, V> allowsOverlappingTotals(boolean allows);

    abstract Builder<E, K, V> revision(int number);

    abstract WindowedView<E, K, V> build();
  }

  abstract Builder<E, K, V> toBuilder();

  /**
   * Sets how far clocks of those who make events may be ahead of the log's, default 1 min: an event
   * that is further ahead of the end of its epoch is put aside like one that is too late.
   *
   * @throws IllegalArgumentException if it is negative or has parts of milliseconds
   */
  public final WindowedView<E, K, V> clockSkew(Duration longest) {
    return toBuilder()
        .timeliness(
            timed(
                name(),
                timeliness().lateness(),
                timeliness().lookback(),
                requireGiven(longest, "longest")))
        .build();
  }

  /**
   * Sets how the values of one key in different windows become one, for totals of a range; without
   * it a view has no totals. The function must be associative and commutative, and leave its
   * arguments as they are. Windows that may overlap, such as sliding ones, are refused with it, as
   * an event would count once in each: see {@link #allowOverlappingTotals}. A total knows no more
   * than the rows: of rows that hold the largest few, it is a lower bound.
   */
  public final WindowedView<E, K, V> totals(SerializableBiFunction<V, V, V> merge) {
    return toBuilder().totals(requireGiven(merge, "merge")).build();
  }

  /**
   * Declares that the function of {@link #totals} gives the same however often an event is in it,
   * as a maximum or a union does, so that windows may overlap; default no.
   */
  public final WindowedView<E, K, V> allowOverlappingTotals() {
    return toBuilder().allowsOverlappingTotals(true).build();
  }

  /**
   * Declares that timers of processing time in the transform do not change its rows, such as those
   * that only bound how long elements wait for others; by default they are refused.
   */
  public final WindowedView<E, K, V> allowProcessingTimeTimers() {
    return toBuilder().allowsProcessingTimeTimers(true).build();
  }

  /**
   * States the revision of the author's code, default 1. Raise it when the transform changes its
   * meaning: stored rows of another revision are never mixed in.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public final WindowedView<E, K, V> revision(int number) {
    return toBuilder().revision(requireRevision(number)).build();
  }

  static Timeliness timed(String view, Duration lateness, Duration lookback, Duration clockSkew) {
    try {
      return new Timeliness(lateness, lookback, clockSkew);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("view \"" + view + "\": " + e.getMessage(), e);
    }
  }

  /** Returns how late events may be, and how far back windows reach. */
  public abstract Timeliness timeliness();

  /** Returns the author's transform from events to keyed rows. */
  public abstract PTransform<? super PCollection<E>, PCollection<KV<K, V>>> rows();

  /** Returns how values of different windows merge, if they do. */
  public abstract Optional<SerializableBiFunction<V, V, V>> totals();

  /** Returns whether timers of processing time are declared harmless. */
  public abstract boolean allowsProcessingTimeTimers();

  /** Returns whether totals are declared to bear windows that overlap. */
  public abstract boolean allowsOverlappingTotals();

  /** Returns the author's revision, 1 or more. */
  public abstract int revision();
}
