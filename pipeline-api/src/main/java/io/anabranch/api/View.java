/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * A named, keyed table over the events, made by an author's Beam transform.
 *
 * <p>How a view is built says which kind it is. A {@link CombinedView} maps events to keyed
 * contributions, element by element, and leaves the rest to a {@code CombineFn}; it is exact under
 * any lateness.
 *
 * @param <E> the event
 * @param <K> the key of a row
 * @param <O> the value of a row
 */
public abstract class View<E, K, O> {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  private final String name;

  View(String name) {
    this.name = requireName(name);
  }

  private static String requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "view name \""
              + name
              + "\" is not allowed: use 1 to 63 lower-case letters, digits and dashes, a letter"
              + " first, for instance \"page-views\"");
    }
    return name;
  }

  /**
   * Starts a view.
   *
   * @param name 1 to 63 lower-case letters, digits and dashes, a letter first; unique within the
   *     application
   * @throws IllegalArgumentException if the name is not of this form
   */
  public static <E> Named<E> named(String name) {
    return new Named<>(requireName(name));
  }

  /** Returns the name, by which queries and the store know the view. */
  public final String name() {
    return name;
  }

  /**
   * Checks the author's transform as a graph and finds out the coders, without running anything.
   *
   * @param events the format of the application's events
   * @throws UserException if the graph cannot be exact; the message names the transform and says
   *     what to do
   */
  public abstract ViewDefinition<E, K, ?, ?, O> define(EventFormat<E> events);

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
     * merged from buckets when read. Buckets are aligned to the epoch of Unix time, UTC.
     *
     * @param length 1 ms or longer, in whole milliseconds
     * @throws IllegalArgumentException if it is shorter or has parts of milliseconds
     */
    public Bucketed<E> bucket(Duration length) {
      if (length.compareTo(Duration.ofMillis(1)) < 0 || !Epochs.inMillis(length)) {
        throw new IllegalArgumentException(
            "bucket of view \""
                + name
                + "\" is "
                + length
                + ": it must be 1 ms or longer, in whole milliseconds");
      }
      return new Bucketed<>(name, length);
    }
  }

  /**
   * A view that has a name and a bucket.
   *
   * @param <E> the event
   */
  public static final class Bucketed<E> {
    private final String name;
    private final Duration bucket;

    private Bucketed(String name, Duration bucket) {
      this.name = name;
      this.bucket = bucket;
    }

    /**
     * Sets the transform from events to keyed contributions: any composition of stateless {@code
     * ParDo}s, side inputs in the global window included. Groupings, state and windows of its own
     * are refused when the view is {@linkplain View#define defined}.
     *
     * <p>What an event contributes must depend on the event alone, and on side inputs that stay the
     * same: layers and restarts compute it again, and take for granted that it comes out the same.
     * A {@code DoFn} may ask for the {@code IntervalWindow} that is its bucket; of the window, only
     * start and end mean something. An exception fails the run: records that may be bad are sorted
     * out by the {@link EventFormat}.
     */
    public <K, V> Contributed<E, K, V> contributions(
        PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions) {
      return new Contributed<>(name, bucket, contributions);
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
    private final Duration bucket;
    private final PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions;

    private Contributed(
        String name,
        Duration bucket,
        PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions) {
      this.name = name;
      this.bucket = bucket;
      this.contributions = contributions;
    }

    /**
     * Sets how the contributions of one bucket and key become its value. The store keeps the
     * accumulator, so the function must be commutative and associative, as Beam asks of it anyway.
     */
    public <A, O> CombinedView<E, K, V, A, O> combine(CombineFn<V, A, O> combineFn) {
      return CombinedView.of(name, bucket, contributions, combineFn);
    }
  }
}
