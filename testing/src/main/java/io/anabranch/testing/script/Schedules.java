/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * Random scripts over given events: in which order and epochs they arrive, how late, where epochs
 * are cut, what runs when, dies, starts again or is replayed. At the end, all is closed and read.
 *
 * @param <E> the event
 */
public final class Schedules<E> {
  private static final List<Duration> LATENESS =
      List.of(
          Duration.ZERO,
          Duration.ofMinutes(10),
          Duration.ofHours(5),
          Duration.ofDays(1),
          Duration.ofDays(90));
  private static final List<Duration> EPOCHS =
      List.of(Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofDays(1));
  private static final List<Duration> WAITS =
      List.of(Duration.ofMillis(40), Duration.ofMillis(120), Duration.ofSeconds(5));
  private static final int MOST_EPOCHS = 4;
  private static final int MOST_EPOCHS_IN_TIME = 8;

  /** How what computes is chosen, the same way all through a script. */
  private enum Style {
    ALL_AT_RANDOM,
    KAPPA_ONLY,
    LAMBDA_ONLY,

    /**
     * Speed whenever something arrives; at each cut batch, and speed again: they meet at every
     * epoch. Every second batch run waits until the next epoch has records, which it is not to
     * read.
     */
    AT_EVERY_CUT;

    boolean hasLambda() {
      return this != KAPPA_ONLY;
    }

    boolean hasKappa() {
      return this != LAMBDA_ONLY;
    }
  }

  /** The script in which batch and speed meet at every epoch. */
  private static final int EVERY_CUT = 0;

  /** The script in which events come before their time, and batch runs at the end, by itself. */
  private static final int AHEAD = 1;

  /** One in so many events is late in scripts that have late ones. */
  private static final int LATE = 10;

  private final Copies<E> copies;
  private final List<TimestampedValue<E>> events;
  private final Optional<Timeliness> timeliness;
  private final int number;
  private final Random random;
  private final List<Step> steps = new ArrayList<>();
  private Epochs epochs = new Epochs(EPOCHS.get(0));
  private Instant now = Instant.MIN;
  private boolean batchIsDue;
  private int cuts;

  private Schedules(Copies<E> copies, Optional<Timeliness> timeliness, int number, Random random) {
    this.number = number;
    this.copies = copies;
    this.events = copies.events();
    this.timeliness = timeliness;
    this.random = random;
  }

  /**
   * Makes a script, in which the events of each copy arrive in their own way.
   *
   * @param timeliness of a windowed view, for which there may be one copy only
   * @param number of the script, from 0: some try what chance might leave out of a few scripts
   * @param seed another one for another script
   */
  public static <E> EventScript<E> random(
      Copies<E> copies, Optional<Timeliness> timeliness, int number, long seed) {
    return new Schedules<>(copies, timeliness, number, new Random(seed)).script();
  }

  private EventScript<E> script() {
    NavigableMap<Long, List<Integer>> arrivals =
        timeliness.isPresent() ? inTime(timeliness.get()) : atAnyTime();
    Style style = // what is left out is run at the end
        number == EVERY_CUT
            ? Style.AT_EVERY_CUT
            : number == AHEAD ? Style.KAPPA_ONLY : any(List.of(Style.values()));
    for (var arrival : arrivals.entrySet()) {
      Collections.shuffle(arrival.getValue(), random);
      for (List<Integer> part : parts(arrival.getValue())) {
        append(arrival.getKey(), part);
        between(style);
      }
      if (style == Style.AT_EVERY_CUT || random.nextInt(3) > 0) {
        closeThrough(arrival.getKey());
        cut(style);
      }
    }
    closeThrough(last(arrivals));
    boolean speedFirst = number != AHEAD && random.nextBoolean();
    if (speedFirst) {
      run(Step.Layer.SPEED);
    }
    run(random.nextInt(4) == 0 ? Step.Layer.FULL_BATCH : Step.Layer.BATCH);
    if (!speedFirst) {
      run(Step.Layer.SPEED);
    }
    run(Step.Layer.KAPPA);
    if (random.nextInt(2) == 0) {
      run(Step.Layer.REPLAY);
    }
    return EventScript.of(epochs, copies.all(), steps);
  }

  private NavigableMap<Long, List<Integer>> atAnyTime() {
    epochs = new Epochs(any(EPOCHS));
    long first = millis().min().orElse(0);
    long last = millis().max().orElse(0);
    long base = (random.nextBoolean() ? first : last) + any(LATENESS).toMillis();
    if (number == AHEAD || random.nextInt(LATE) == 0) {
      base = first - Duration.ofDays(1).toMillis(); // clocks run ahead
    }
    long start = epochs.at(Instant.ofEpochMilli(base));
    int count = 1 + random.nextInt(MOST_EPOCHS);
    if (number == EVERY_CUT) {
      count = Math.max(2, count);
    }
    boolean someLater = random.nextInt(3) == 0; // long after the others, in the same buckets
    NavigableMap<Long, List<Integer>> arrivals = new TreeMap<>();
    for (int copy = 0; copy < copies.count(); copy++) {
      for (int event = 0; event < events.size(); event++) {
        long later =
            someLater && random.nextInt(LATE) == 0
                ? Math.max(1, any(LATENESS).toMillis() / epochs.length().toMillis())
                : 0;
        arrivals
            .computeIfAbsent(start + random.nextInt(count) + later, epoch -> new ArrayList<>())
            .add(copies.place(copy, event));
      }
    }
    return arrivals;
  }

  /**
   * Each event comes no earlier than it happened, and early enough for the view; but for some, in
   * some scripts, which come too late.
   */
  private NavigableMap<Long, List<Integer>> inTime(Timeliness timely) {
    long first = millis().min().orElse(0);
    long last = millis().max().orElse(0);
    long span = last - first + timely.lateness().toMillis();
    epochs = new Epochs(Duration.ofMillis(epochLength(timely, span)));
    boolean someLate = random.nextInt(3) == 0;
    TreeMap<Long, List<Integer>> arrivals = new TreeMap<>();
    for (int event = 0; event < events.size(); event++) {
      long time = events.get(event).getTimestamp().getMillis();
      long earliest = epochs.at(Instant.ofEpochMilli(time));
      long latest = epochs.at(Instant.ofEpochMilli(time).plus(timely.lateness()));
      long epoch = random.nextBoolean() ? earliest : latest;
      while (!timely.isOnTime(epochs, epoch, time)) {
        epoch--;
      }
      if (someLate && random.nextInt(LATE) == 0) {
        epoch += 1 + random.nextInt(MOST_EPOCHS);
      }
      arrivals.computeIfAbsent(epoch, absent -> new ArrayList<>()).add(event);
    }
    return arrivals;
  }

  /**
   * Some part of all, or the lateness or the lookback, so that windows end with epochs now and
   * then; but no more epochs than a few.
   */
  private long epochLength(Timeliness timely, long span) {
    long part = span / (1 + random.nextInt(MOST_EPOCHS)) + 1;
    long least = Math.max(60_000, span / MOST_EPOCHS_IN_TIME);
    return Math.max(
        least, any(List.of(part, timely.lateness().toMillis(), timely.lookback().toMillis())));
  }

  private long last(NavigableMap<Long, List<Integer>> arrivals) {
    long last = arrivals.isEmpty() ? 0 : arrivals.lastKey();
    if (timeliness.isEmpty()) {
      return last;
    }
    long latest = millis().max().orElse(0) + timeliness.get().lookback().toMillis() + 1;
    return Math.max(last, timeliness.get().completeWith(epochs, latest));
  }

  private java.util.stream.LongStream millis() {
    return events.stream().mapToLong(event -> event.getTimestamp().getMillis());
  }

  private List<List<Integer>> parts(List<Integer> arrived) {
    List<List<Integer>> parts = new ArrayList<>();
    int from = 0;
    while (from < arrived.size()) {
      int to = Math.min(arrived.size(), from + 1 + random.nextInt(arrived.size()));
      parts.add(arrived.subList(from, to));
      from = to;
    }
    return parts;
  }

  private void append(long epoch, List<Integer> arrived) {
    Instant earliest = epochs.start(epoch).isAfter(now) ? epochs.start(epoch) : now;
    long left = Duration.between(earliest, epochs.end(epoch)).toSeconds();
    now = earliest.plusSeconds((long) (random.nextDouble() * left / 2));
    steps.add(new Step.Append(now, arrived));
    if (random.nextBoolean()) {
      steps.add(new Step.Wait(any(WAITS)));
    }
  }

  private void closeThrough(long epoch) {
    steps.add(new Step.Close(epochs.end(epoch)));
  }

  /** What may run while an epoch is open, and holds records. */
  private void between(Style style) {
    if (batchIsDue) {
      batchIsDue = false;
      perhapsDying(Step.Layer.BATCH);
      run(Step.Layer.SPEED);
    } else if (style == Style.AT_EVERY_CUT && cuts == 0) {
      run(Step.Layer.SPEED); // it learns what is closed, and is not stopped before
    } else if (style == Style.AT_EVERY_CUT) {
      perhapsDying(Step.Layer.SPEED);
    } else if (random.nextInt(3) == 0) {
      perhapsDying(
          any(
              style.hasLambda()
                  ? List.of(Step.Layer.SPEED, Step.Layer.BATCH)
                  : List.of(Step.Layer.KAPPA, Step.Layer.REPLAY)));
    }
    if (random.nextInt(8) == 0) {
      steps.add(new Step.Restart());
    }
  }

  /** What runs when an epoch is closed. */
  private void cut(Style style) {
    boolean always = style == Style.AT_EVERY_CUT;
    if (always && ++cuts % 2 == 1) {
      run(Step.Layer.SPEED);
      batchIsDue = true;
    } else if (style.hasLambda()) {
      if (always || random.nextBoolean()) {
        perhapsDying(Step.Layer.SPEED);
      }
      if (always || random.nextInt(3) > 0) {
        perhapsDying(random.nextInt(6) == 0 ? Step.Layer.FULL_BATCH : Step.Layer.BATCH);
      }
      if (always || random.nextBoolean()) {
        run(Step.Layer.SPEED);
      }
    }
    if (style.hasKappa() && random.nextBoolean()) {
      perhapsDying(random.nextInt(4) == 0 ? Step.Layer.REPLAY : Step.Layer.KAPPA);
    }
  }

  private void perhapsDying(Step.Layer layer) {
    if (random.nextInt(4) == 0) {
      steps.add(new Step.Run(layer, 1 + random.nextInt(3)));
      if (random.nextBoolean()) {
        steps.add(new Step.Restart());
      }
    }
    runOrStop(layer);
  }

  private void run(Step.Layer layer) {
    steps.add(new Step.Run(layer, 0));
  }

  /** Some of what follows the log is stopped by somebody, and does not end by itself. */
  private void runOrStop(Step.Layer layer) {
    steps.add(new Step.Run(layer, 0, layer.follows() && random.nextInt(4) == 0));
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
