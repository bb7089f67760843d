/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static java.util.Comparator.comparingDouble;

import io.anabranch.api.KeyText;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.catalog.SideRow;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Compares two computations of a view row by row, in constant memory: it takes their rows ordered
 * by bucket, length and key, and merges what each side holds for a row as a reader would.
 *
 * <p>Values are equal if {@code equals} says so (of arrays, their content), if they are {@link
 * BigDecimal}s of one number, or if they are {@code double} or {@code float} and differ relatively
 * by no more than {@value #ROUNDING} or {@value #FLOAT_ROUNDING}: sums of such depend on the order
 * of their parts. (Sums whose parts cancel to nearly nothing may differ by more, and so may such
 * numbers within a list or a record.)
 *
 * @param <K> the key of a row
 * @param <A> the accumulator
 * @param <O> the value of a row
 */
public final class RowComparison<K, A, O> implements Consumer<SideRow> {
  /** The relative difference of {@code double} values that is put down to rounding. */
  public static final double ROUNDING = 1e-9;

  /** The relative difference of {@code float} values that is put down to rounding. */
  public static final double FLOAT_ROUNDING = 1e-5;

  private final Accumulators<K, A, O> accumulators;
  private final double equalWithin;
  private final List<byte[]> live = new ArrayList<>();
  private final List<byte[]> other = new ArrayList<>();
  private final PriorityQueue<Ranked> worst =
      new PriorityQueue<>(comparingDouble(Ranked::difference));
  private SideRow current;
  private long rows;
  private long different;
  private long late;
  private long[] lateTimes = {};
  private long lookbackMillis;
  private long onlyLive;
  private long onlyOther;
  private double largest;

  private RowComparison(Accumulators<K, A, O> accumulators, double equalWithin) {
    this.accumulators = accumulators;
    this.equalWithin = equalWithin;
  }

  /** Compares rows of a view. */
  public static <K, A, O> RowComparison<K, A, O> of(ViewDefinition<?, K, ?, A, O> view) {
    return of(view, 0);
  }

  /**
   * Compares rows of a view, of which some may differ a little.
   *
   * @param equalWithin the relative difference of numbers, 0 to 1, that does not count
   */
  public static <K, A, O> RowComparison<K, A, O> of(
      ViewDefinition<?, K, ?, A, O> view, double equalWithin) {
    return new RowComparison<>(Accumulators.of(view), equalWithin);
  }

  /**
   * Puts differences down to events that came too late for one side and are counted by the other:
   * of rows whose windows are so near to such an event that it may be in them. They are counted by
   * themselves.
   *
   * @param times the times of these events, in order
   * @param lookback how far before the end of a window the events lie that its rows depend on
   */
  public RowComparison<K, A, O> expectingLate(List<Instant> times, Duration lookback) {
    lateTimes = times.stream().mapToLong(Instant::toEpochMilli).toArray();
    lookbackMillis = lookback.toMillis();
    return this;
  }

  /** A late event may be before a window, in it, or move what was in it to a later one. */
  private boolean mayHoldLate(SideRow row) {
    long from = row.bucket() - lookbackMillis;
    int at = Arrays.binarySearch(lateTimes, from);
    int next = at >= 0 ? at : -at - 1;
    return next < lateTimes.length
        && lateTimes[next] < row.bucket() + row.length() + lookbackMillis;
  }

  private record Ranked(double difference, RowDifferences.Row row) {}

  /** Takes the next row, by bucket, length and key. */
  @Override
  public void accept(SideRow row) {
    if (current == null
        || row.bucket() != current.bucket()
        || row.length() != current.length()
        || !Arrays.equals(row.key(), current.key())) {
      compare();
      current = row;
    }
    (row.live() ? live : other).add(row.accumulator());
  }

  /** Returns what was found; no row may come after it. */
  public RowDifferences result() {
    compare();
    current = null;
    List<Ranked> ranked = new ArrayList<>(worst);
    ranked.sort(comparingDouble(Ranked::difference).reversed());
    return new RowDifferences(
        rows,
        different,
        onlyLive,
        onlyOther,
        largest,
        ranked.stream().map(Ranked::row).toList(),
        late);
  }

  private void compare() {
    if (current == null) {
      return;
    }
    rows++;
    boolean same =
        live.size() == 1 && other.size() == 1 && Arrays.equals(live.get(0), other.get(0));
    if (!same) {
      compareValues(value(live), value(other));
    }
    live.clear();
    other.clear();
  }

  private void compareValues(Optional<O> liveValue, Optional<O> otherValue) {
    boolean both = liveValue.isPresent() && otherValue.isPresent();
    double difference = both ? difference(liveValue.get(), otherValue.get()) : 1;
    boolean numbers =
        both && liveValue.get() instanceof Number && otherValue.get() instanceof Number;
    if (difference == 0 || (numbers && difference <= equalWithin)) {
      return;
    }
    if (mayHoldLate(current)) {
      late++;
      return;
    }
    different++;
    onlyLive += otherValue.isEmpty() ? 1 : 0;
    onlyOther += liveValue.isEmpty() ? 1 : 0;
    largest = Math.max(largest, difference);
    worst.add(
        new Ranked(
            difference,
            new RowDifferences.Row(
                Instant.ofEpochMilli(current.bucket()),
                KeyText.of(accumulators.key(current.key())),
                liveValue.map(RowComparison::text),
                otherValue.map(RowComparison::text))));
    if (worst.size() > RowDifferences.SHOWN) {
      worst.remove();
    }
  }

  private Optional<O> value(List<byte[]> encoded) {
    return encoded.isEmpty() ? Optional.empty() : Optional.of(accumulators.value(encoded));
  }

  /** Returns 0 for equal values, else their relative difference; above 0, and 1 at most. */
  private static double difference(Object one, Object two) {
    if (Objects.deepEquals(one, two) || comparesAsEqual(one, two)) {
      return 0;
    }
    if (one instanceof Number left && two instanceof Number right) {
      double a = left.doubleValue();
      double b = right.doubleValue();
      double relative = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
      double rounding =
          one instanceof Double ? ROUNDING : one instanceof Float ? FLOAT_ROUNDING : -1;
      if (rounding > 0 && (a == b || relative <= rounding)) { // equal are also 0.0 and -0.0
        return 0;
      }
      return relative > 0 ? Math.min(1, relative) : Double.isNaN(relative) ? 1 : Double.MIN_VALUE;
    }
    return 1;
  }

  /** Returns a value as text; of an array, its content. */
  private static String text(Object value) {
    String inBrackets = Arrays.deepToString(new Object[] {value});
    return inBrackets.substring(1, inBrackets.length() - 1);
  }

  /** Numbers that are equal but for their scale. */
  private static boolean comparesAsEqual(Object one, Object two) {
    return one instanceof BigDecimal left
        && two instanceof BigDecimal right
        && left.compareTo(right) == 0;
  }
}
