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

  /** One in so many events is late in scripts that have late ones. */
  private static final int LATE = 10;

  private final Copies<E> copies;
  private final List<TimestampedValue<E>> events;
  private final Optional<Timeliness> timeliness;
  private final Random random;
  private final List<Step> steps = new ArrayList<>();
  private Epochs epochs = new Epochs(EPOCHS.get(0));
  private Instant now = Instant.MIN;

  private Schedules(Copies<E> copies, Optional<Timeliness> timeliness, Random random) {
    this.copies = copies;
    this.events = copies.events();
    this.timeliness = timeliness;
    this.random = random;
  }

  /**
   * Makes a script, in which the events of each copy arrive in their own way.
   *
   * @param timeliness of a windowed view, for which there may be one copy only
   * @param seed another one for another script
   */
  public static <E> EventScript<E> random(
      Copies<E> copies, Optional<Timeliness> timeliness, long seed) {
    return new Schedules<>(copies, timeliness, new Random(seed)).script();
  }

  private EventScript<E> script() {
    NavigableMap<Long, List<Integer>> arrivals =
        timeliness.isPresent() ? inTime(timeliness.get()) : atAnyTime();
    int computing = random.nextInt(3); // some scripts leave an architecture to the end
    for (var arrival : arrivals.entrySet()) {
      Collections.shuffle(arrival.getValue(), random);
      for (List<Integer> part : parts(arrival.getValue())) {
        append(arrival.getKey(), part);
        between(computing);
      }
      if (random.nextInt(3) > 0) {
        closeThrough(arrival.getKey());
        cut(computing);
      }
    }
    closeThrough(last(arrivals));
    run(Step.Layer.SPEED);
    run(random.nextInt(4) == 0 ? Step.Layer.FULL_BATCH : Step.Layer.BATCH);
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
    long start = epochs.at(Instant.ofEpochMilli(base));
    int count = 1 + random.nextInt(MOST_EPOCHS);
    NavigableMap<Long, List<Integer>> arrivals = new TreeMap<>();
    for (int copy = 0; copy < copies.count(); copy++) {
      for (int event = 0; event < events.size(); event++) {
        arrivals
            .computeIfAbsent(start + random.nextInt(count), epoch -> new ArrayList<>())
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
    long length = Math.max(60_000, span / (1 + random.nextInt(MOST_EPOCHS)) + 1);
    epochs = new Epochs(Duration.ofMillis(length));
    boolean someLate = random.nextInt(3) == 0;
    TreeMap<Long, List<Integer>> arrivals = new TreeMap<>();
    for (int event = 0; event < events.size(); event++) {
      long time = events.get(event).getTimestamp().getMillis();
      long earliest = epochs.at(Instant.ofEpochMilli(time));
      long latest = epochs.at(Instant.ofEpochMilli(time).plus(timely.lateness()));
      long epoch = earliest + (long) (random.nextDouble() * (latest - earliest + 1));
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

  /** What may run while an epoch is open. */
  private void between(int computing) {
    if (random.nextInt(4) == 0) {
      perhapsDying(computing == 1 ? Step.Layer.KAPPA : Step.Layer.SPEED);
    }
    if (random.nextInt(8) == 0) {
      steps.add(new Step.Restart());
    }
  }

  /** What runs when an epoch is closed. */
  private void cut(int computing) {
    if (computing != 1) {
      if (random.nextBoolean()) {
        perhapsDying(Step.Layer.SPEED);
      }
      if (random.nextInt(3) > 0) {
        perhapsDying(random.nextInt(6) == 0 ? Step.Layer.FULL_BATCH : Step.Layer.BATCH);
      }
      if (random.nextBoolean()) {
        run(Step.Layer.SPEED);
      }
    }
    if (computing != 2 && random.nextBoolean()) {
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
    run(layer);
  }

  private void run(Step.Layer layer) {
    steps.add(new Step.Run(layer, 0));
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
