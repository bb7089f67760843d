/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static io.anabranch.api.internal.Arguments.requireGiven;

import io.anabranch.api.internal.KeyedValues;
import io.anabranch.api.internal.WithCoders;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * A named, keyed table over the events, made by an author's Beam transform.
 *
 * <p>How a view is built says which kind it is. A {@link CombinedView} maps events to keyed
 * contributions, element by element, and leaves the rest to a {@code CombineFn}; it is exact under
 * any lateness. A {@link WindowedView} is any transform with groupings, state and windows of its
 * own; it is exact for events that come within a declared lateness.
 *
 * @param <E> the event
 * @param <K> the key of a row
 * @param <O> the value of a row
 */
public abstract sealed class MaterializedView<E, K, O> permits CombinedView, WindowedView {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  MaterializedView() {}

  private static String requireName(String name) {
    requireGiven(name, "name");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "view name \"%s\" is not allowed: use 1 to 63 lower-case letters, digits and dashes, a letter first, for instance \"page-views\""
              .formatted(name));
    }
    return name;
  }

  /**
   * Starts a view.
   *
   * @param events the class of the events, as in the application's {@link EventFormat}
   * @param name 1 to 63 lower-case letters, digits and dashes, a letter first; unique within the
   *     application
   * @throws IllegalArgumentException if the name is not of this form
   */
  public static <E> Named<E> of(Class<E> events, String name) {
    return of(TypeDescriptor.of(requireGiven(events, "events")), name);
  }

  /**
   * Starts a view over events of a generic type, which no class names.
   *
   * @param events the type, such as {@code new TypeDescriptor<KV<String, Long>>() {}}
   * @param name as in {@link #of(Class, String)}
   * @throws IllegalArgumentException if the name is not of this form
   */
  public static <E> Named<E> of(TypeDescriptor<E> events, String name) {
    requireGiven(events, "events");
    return new Named<>(requireName(name));
  }

  final int requireRevision(int number) {
    if (number < 1) {
      throw new IllegalArgumentException(
          "revision of view \"" + name() + "\" is " + number + ": it must be 1 or more");
    }
    return number;
  }

  /** Returns the name, by which queries and the store know the view. */
  public abstract String name();

  /**
   * A view that has a name only.
   *
   * @param <E> the event
   */
  public static final class Named<E> {
    private final String name;

    private Named(String name) {
      this.name = name;
    }

    /**
     * Sets the bucket: the fixed event-time interval at which the view is stored. Longer ranges are
     * merged from buckets when read. Buckets begin at multiples of the length after
     * 1970-01-01T00:00Z, which was a Thursday: for weeks, and for days of another zone, see {@link
     * #bucket(PartitioningWindowFn)}.
     *
     * @param length 1 ms or longer, in whole milliseconds
     * @throws IllegalArgumentException if it is shorter or has parts of milliseconds
     */
    public Bucketed<E> bucket(Duration length) {
      requireGiven(length, "length");
      if (length.compareTo(Duration.ofMillis(1)) < 0 || !Epochs.inMillis(length)) {
        throw new IllegalArgumentException(
            "bucket of view \"%s\" is %s: it must be 1 ms or longer, in whole milliseconds"
                .formatted(name, length));
      }
      return new Bucketed<>(name, Buckets.of(length));
    }

    /**
     * Sets buckets as Beam's window functions divide event time: by a calendar in some zone, where
     * a day may be of 23 or 25 hours, or at an offset.
     *
     * <pre>{@code
     * .bucket(CalendarWindows.weeks(1, DateTimeConstants.MONDAY).withTimeZone(berlin))
     * .bucket(FixedWindows.of(Duration.standardDays(1)).withOffset(Duration.standardHours(6)))
     * }</pre>
     *
     * @param windows {@code FixedWindows} or {@code CalendarWindows}
     * @throws IllegalArgumentException if they are others
     */
    public Bucketed<E> bucket(PartitioningWindowFn<Object, IntervalWindow> windows) {
      return new Bucketed<>(name, Buckets.of(requireGiven(windows, "windows")));
    }

    /**
     * Starts a windowed view, and sets how late an event may arrive: the longest time from the
     * event to the beginning of the epoch that its record is in. A window is complete once an epoch
     * ends this long after the window. Then its rows are stored. Events that arrive later become
     * dead letters.
     *
     * @param longest zero or longer, in whole milliseconds
     */
    public Late<E> lateness(Duration longest) {
      return new Late<>(name, requireGiven(longest, "longest"));
    }
  }

  /**
   * A windowed view that has a name and a lateness.
   *
   * @param <E> the event
   */
  public static final class Late<E> {
    private final String name;
    private final Duration lateness;

    private Late(String name, Duration lateness) {
      this.name = name;
      this.lateness = lateness;
    }

    /**
     * Sets how far back from the end of its window a row depends on events. For fixed and sliding
     * windows this is the length of the window. For sessions it is the longest session with its
     * gap. For windows after windows, such as sessions counted by the hour, it is the sum. An
     * incremental batch run, and speed when it starts, read this much more of the log.
     *
     * @param longest 1 ms or longer, in whole milliseconds
     * @throws IllegalArgumentException if this or the lateness is negative, too short or too long
     */
    public Windowed<E> lookback(Duration longest) {
      return new Windowed<>(
          name,
          WindowedView.timed(
              name, lateness, requireGiven(longest, "longest"), Timeliness.DEFAULT_CLOCK_SKEW));
    }
  }

  /**
   * A windowed view that lacks its transform.
   *
   * @param <E> the event
   */
  public static final class Windowed<E> {
    private final String name;
    private final Timeliness timeliness;

    private Windowed(String name, Timeliness timeliness) {
      this.name = name;
      this.timeliness = timeliness;
    }

    /**
     * Sets the transform from events to keyed rows: any Beam transform. Its input is unbounded in
     * the global window, each event at its event time; the transform assigns windows, fixed,
     * sliding, sessions or others of intervals, and a row is of the window that it comes out in, at
     * most one for each window and key. Rows may depend on events before the end of their window
     * only, so triggers and timestamp combiners stay Beam's default ones.
     *
     * <p>What comes out must depend on the events alone, not on their order, on time of day or on
     * what a worker did before: layers and restarts compute it again and rely on the same result.
     */
    public <K, V> WindowedView<E, K, V> rows(
        PTransform<? super PCollection<E>, PCollection<KV<K, V>>> rows) {
      return WindowedView.of(name, timeliness, requireGiven(rows, "rows"));
    }
  }

  /**
   * A view that has a name and a bucket.
   *
   * @param <E> the event
   */
  public static final class Bucketed<E> {
    private final String name;
    private final Buckets bucket;

    private Bucketed(String name, Buckets bucket) {
      this.name = name;
      this.bucket = bucket;
    }

    /**
     * Sets what each event contributes: one value to the row of one key. Beam's coders for the two
     * types are used; for other coders see {@link Contributed#coders}.
     *
     * <pre>{@code
     * .contributions(Request::page, request -> 1L)
     * }</pre>
     *
     * @param key returns the key of the row, never null
     * @param value returns the contribution, never null
     */
    public <K, V> Contributed<E, K, V> contributions(
        SerializableFunction<? super E, K> key, SerializableFunction<? super E, V> value) {
      return new Contributed<>(name, bucket, KeyedValues.of(key, value));
    }

    /**
     * Sets the transform from events to keyed contributions, for events that contribute to several
     * rows or to none: any composition of stateless {@code ParDo}s, side inputs in the global
     * window included. Groupings, state and windows of its own are refused before anything runs.
     *
     * <p>What an event contributes must depend on the event alone, and on side inputs that stay the
     * same: layers and restarts compute it again and rely on getting the same. A {@code DoFn} may
     * ask for the {@code IntervalWindow} that is its bucket; of the window, only start and end mean
     * something. An exception fails the run: the {@link EventFormat} sorts out bad records.
     */
    public <K, V> Contributed<E, K, V> contributions(
        PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions) {
      return new Contributed<>(name, bucket, requireGiven(contributions, "contributions"));
    }
  }

  /**
   * A view that lacks how its contributions are combined.
   *
   * @param <E> the event
   * @param <K> the key of a row
   * @param <V> one contribution to a row
   */
  public static final class Contributed<E, K, V> {
    private final String name;
    private final Buckets bucket;
    private final PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions;

    private Contributed(
        String name,
        Buckets bucket,
        PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions) {
      this.name = name;
      this.bucket = bucket;
      this.contributions = contributions;
    }

    /**
     * Sets the coders of the contributions; default: those that the transform sets, or that Beam
     * knows for the types.
     *
     * @param key the coder of keys, deterministic
     * @param value the coder of contributed values
     */
    public Contributed<E, K, V> coders(Coder<K> key, Coder<V> value) {
      return new Contributed<>(
          name,
          bucket,
          WithCoders.of(
              contributions, KvCoder.of(requireGiven(key, "key"), requireGiven(value, "value"))));
    }

    /**
     * Sets how the contributions of one bucket and key become its value. The store keeps the
     * accumulator, so the function must be commutative and associative, as Beam asks of it anyway.
     */
    public <A, O> CombinedView<E, K, V, A, O> combine(CombineFn<V, A, O> combineFn) {
      return CombinedView.of(name, bucket, contributions, requireGiven(combineFn, "combineFn"));
    }
  }
}
