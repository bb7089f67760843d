/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static java.util.Objects.requireNonNull;

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
public final class WindowedView<E, K, V> extends View<E, K, V> {
  private final Timeliness timeliness;
  private final PTransform<? super PCollection<E>, PCollection<KV<K, V>>> rows;
  private final Optional<SerializableBiFunction<V, V, V>> totals;
  private final boolean processingTime;
  private final int revision;

  private WindowedView(
      String name,
      Timeliness timeliness,
      PTransform<? super PCollection<E>, PCollection<KV<K, V>>> rows,
      Optional<SerializableBiFunction<V, V, V>> totals,
      boolean processingTime,
      int revision) {
    super(name);
    this.timeliness = timeliness;
    this.rows = requireNonNull(rows, "rows");
    this.totals = totals;
    this.processingTime = processingTime;
    this.revision = revision;
  }

  static <E, K, V> WindowedView<E, K, V> of(
      String name,
      Timeliness timeliness,
      PTransform<? super PCollection<E>, PCollection<KV<K, V>>> rows) {
    return new WindowedView<>(name, timeliness, rows, Optional.empty(), false, 1);
  }

  /**
   * Sets how far clocks of those who make events may be ahead of the log's, default 1 min: an event
   * that is further ahead of the end of its epoch is put aside like one that is too late.
   *
   * @throws IllegalArgumentException if it is negative or has parts of milliseconds
   */
  public WindowedView<E, K, V> clockSkew(Duration longest) {
    return new WindowedView<>(
        name(),
        timed(name(), timeliness.lateness(), timeliness.lookback(), longest),
        rows,
        totals,
        processingTime,
        revision);
  }

  /**
   * Sets how the values of one key in different windows become one, for totals of a range; without
   * it a view has no totals. The function must be associative and commutative, and leave its
   * arguments as they are.
   */
  public WindowedView<E, K, V> totals(SerializableBiFunction<V, V, V> merge) {
    return new WindowedView<>(
        name(),
        timeliness,
        rows,
        Optional.of(requireNonNull(merge, "merge")),
        processingTime,
        revision);
  }

  /**
   * Declares that timers of processing time in the transform do not change its rows, such as those
   * that only bound how long elements wait for others; by default they are refused.
   */
  public WindowedView<E, K, V> allowProcessingTimeTimers() {
    return new WindowedView<>(name(), timeliness, rows, totals, true, revision);
  }

  /**
   * States the revision of the author's code, default 1. Raise it when the transform changes its
   * meaning: stored rows of another revision are never mixed in.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public WindowedView<E, K, V> revision(int number) {
    return new WindowedView<>(
        name(), timeliness, rows, totals, processingTime, requireRevision(number));
  }

  static Timeliness timed(String view, Duration lateness, Duration lookback, Duration clockSkew) {
    try {
      return new Timeliness(lateness, lookback, clockSkew);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("view \"" + view + "\": " + e.getMessage(), e);
    }
  }

  /** Returns how late events may be, and how far back windows reach. */
  public Timeliness timeliness() {
    return timeliness;
  }

  /** Returns the author's transform from events to keyed rows. */
  public PTransform<? super PCollection<E>, PCollection<KV<K, V>>> rows() {
    return rows;
  }

  /** Returns how values of different windows merge, if they do. */
  public Optional<SerializableBiFunction<V, V, V>> totals() {
    return totals;
  }

  /** Returns whether timers of processing time are declared harmless. */
  public boolean allowsProcessingTimeTimers() {
    return processingTime;
  }

  /** Returns the author's revision, 1 or more. */
  public int revision() {
    return revision;
  }

  @Override
  public WindowedDefinition<E, K, V> define(EventFormat<E> events) {
    return WindowedDefinition.of(this, RowGraph.check(this, events));
  }
}
