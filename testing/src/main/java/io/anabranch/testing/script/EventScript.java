/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import static java.util.Objects.requireNonNull;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.AppendableLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * What happens to a log, in the order in which it happens: events arrive, epochs close, layers run,
 * die and start again.
 *
 * <pre>{@code
 * EventScript.<Purchase>on("2026-03-01")
 *     .at("10:00").event(tea)
 *     .at("10:20").event(cup, "09:15") // arrives at 10:20, happened at 09:15
 *     .speed()
 *     .closeEpoch()
 *     .batch()
 *     .at("11:05").event(pot)
 *     .crash().speed()
 *     .speed()
 * }</pre>
 *
 * <p>Scripts do not change: each method returns a longer one.
 *
 * @param <E> the event
 */
public final class EventScript<E> {
  private static final Duration DEFAULT_EPOCH = Duration.ofHours(1);

  private final Epochs epochs;
  private final List<TimestampedValue<E>> events;
  private final List<Step> steps;
  private final Instant now;

  /** At which write the next run dies, 0 if it lives. */
  private final int crash;

  private EventScript(
      Epochs epochs, List<TimestampedValue<E>> events, List<Step> steps, Instant now, int crash) {
    this.epochs = epochs;
    this.events = events;
    this.steps = steps;
    this.now = now;
    this.crash = crash;
  }

  /**
   * Starts a script at the beginning of a day, in UTC.
   *
   * @param date as {@code 2026-03-01}
   * @throws IllegalArgumentException if it is not of this form
   */
  public static <E> EventScript<E> on(String date) {
    return new EventScript<>(
        new Epochs(DEFAULT_EPOCH), List.of(), List.of(), Times.instant(date + "T00:00:00Z"), 0);
  }

  /** Makes a script of steps over events. */
  public static <E> EventScript<E> of(
      Epochs epochs, List<TimestampedValue<E>> events, List<Step> steps) {
    return new EventScript<>(epochs, List.copyOf(events), List.copyOf(steps), Instant.EPOCH, 0);
  }

  /**
   * Sets the length of an epoch, default 1 h.
   *
   * @throws IllegalStateException if something has happened already
   */
  public EventScript<E> epoch(Duration length) {
    if (!steps.isEmpty()) {
      throw new IllegalStateException("the length of an epoch is to be set before the first step");
    }
    return new EventScript<>(new Epochs(length), events, steps, now, crash);
  }

  /**
   * Moves ingestion time on.
   *
   * @param time an instant, or a time of the same day, as {@code 10:20}
   * @throws IllegalArgumentException if it is of neither form, or lies before now
   */
  public EventScript<E> at(String time) {
    Instant next = Times.parse(time, now);
    if (next.isBefore(now)) {
      throw new IllegalArgumentException(time + " lies before " + now + ": time does not run back");
    }
    return new EventScript<>(epochs, events, steps, next, crash);
  }

  /** Lets an event happen, and arrive at once. */
  public EventScript<E> event(E event) {
    return event(event, now);
  }

  /**
   * Lets an event arrive now that happened at another time.
   *
   * @param time an instant, or a time of the same day, as {@code 09:15}
   */
  public EventScript<E> event(E event, String time) {
    return event(event, Times.parse(time, now));
  }

  private EventScript<E> event(E event, Instant time) {
    List<TimestampedValue<E>> more = new ArrayList<>(events);
    more.add(
        TimestampedValue.of(
            requireNonNull(event, "event"),
            org.joda.time.Instant.ofEpochMilli(time.toEpochMilli())));
    return new EventScript<>(
        epochs, List.copyOf(more), and(new Step.Append(now, List.of(events.size()))), now, crash);
  }

  /** Closes the epoch of now, and those before; now is its end. */
  public EventScript<E> closeEpoch() {
    Instant end = epochs.end(epochs.at(now));
    return new EventScript<>(epochs, events, and(new Step.Close(end)), end, crash);
  }

  /** Lets processing time pass for what follows the log. */
  public EventScript<E> waitFor(Duration time) {
    return with(new Step.Wait(time));
  }

  /** Computes the closed epochs that batch does not hold yet. */
  public EventScript<E> batch() {
    return run(Step.Layer.BATCH);
  }

  /** Computes all closed epochs anew. */
  public EventScript<E> fullBatch() {
    return run(Step.Layer.FULL_BATCH);
  }

  /** Lets speed read all that there is. */
  public EventScript<E> speed() {
    return run(Step.Layer.SPEED);
  }

  /** Lets Kappa read all that there is. */
  public EventScript<E> kappa() {
    return run(Step.Layer.KAPPA);
  }

  /** Replays all of the log into a second version of Kappa, and promotes it. */
  public EventScript<E> replay() {
    return run(Step.Layer.REPLAY);
  }

  /** Lets the next run die when it writes rows for the first time. */
  public EventScript<E> crash() {
    return crash(1);
  }

  /**
   * Lets the next run die at one of its calls to write rows; it lives if it makes fewer.
   *
   * @param write which, counted from 1
   * @throws IllegalArgumentException if it is below 1
   */
  public EventScript<E> crash(int write) {
    if (write < 1) {
      throw new IllegalArgumentException("write " + write + ": they are counted from 1");
    }
    return new EventScript<>(epochs, events, steps, now, write);
  }

  /**
   * Lets the next run follow the log without an end in sight, and stops it once it has read all
   * that there is: it stores that, but does not know which epochs are complete.
   *
   * @return the next run, of speed or Kappa
   */
  public Stopped<E> stopped() {
    return new Stopped<>(this);
  }

  /**
   * A run that is stopped.
   *
   * @param <E> the event
   */
  public static final class Stopped<E> {
    private final EventScript<E> script;

    private Stopped(EventScript<E> script) {
      this.script = script;
    }

    /** Lets speed read all that there is. */
    public EventScript<E> speed() {
      return script.run(new Step.Run(Step.Layer.SPEED, script.crash, true));
    }

    /**
     * Lets Kappa read all that there is; its first run ends by itself, as it reads the backfill.
     */
    public EventScript<E> kappa() {
      return script.run(new Step.Run(Step.Layer.KAPPA, script.crash, true));
    }
  }

  /** Lets all processes end, and others begin. */
  public EventScript<E> restart() {
    return with(new Step.Restart());
  }

  private EventScript<E> run(Step.Layer layer) {
    return run(new Step.Run(layer, crash));
  }

  private EventScript<E> run(Step.Run run) {
    return new EventScript<>(epochs, events, and(run), now, 0);
  }

  /**
   * Returns this script.
   *
   * @throws IllegalArgumentException if nothing runs in it, or nothing after a {@link #crash}: then
   *     it would show nothing
   */
  public EventScript<E> running() {
    if (steps.stream().noneMatch(Step.Run.class::isInstance)) {
      throw new IllegalArgumentException(
          "nothing runs in the script: end it with batch(), fullBatch(), speed(), kappa() or replay()");
    }
    if (crash > 0) {
      throw new IllegalArgumentException(
          "nothing runs after crash(), which is said of the next run: end the script with it");
    }
    return this;
  }

  /** Returns the script in which only some events arrive, by their places. */
  public EventScript<E> withEvents(Set<Integer> some) {
    List<Step> fewer = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Step.Append append) {
        List<Integer> left = append.events().stream().filter(some::contains).toList();
        if (!left.isEmpty()) {
          fewer.add(new Step.Append(append.at(), left));
        }
      } else {
        fewer.add(step);
      }
    }
    return new EventScript<>(epochs, events, fewer, now, crash);
  }

  /** Returns the script of the first so many steps. */
  public EventScript<E> first(int count) {
    return new EventScript<>(epochs, events, steps.subList(0, count), now, crash);
  }

  /** Returns the script in which all arrives, all epochs are closed, and one layer reads. */
  public EventScript<E> readBy(Step.Layer layer) {
    List<Step> read = new ArrayList<>();
    Instant last = start();
    for (Step step : steps) {
      if (step instanceof Step.Append append) {
        read.add(step);
        last = last.isBefore(append.at()) ? append.at() : last;
      } else if (step instanceof Step.Close close) {
        read.add(step);
        last = last.isBefore(close.through()) ? close.through().minusMillis(1) : last;
      }
    }
    read.add(new Step.Close(epochs.end(epochs.at(last))));
    if (layer == Step.Layer.REPLAY) {
      read.add(new Step.Run(Step.Layer.KAPPA, 0)); // what is replayed
    }
    read.add(new Step.Run(layer, 0));
    return of(epochs, events, read);
  }

  private EventScript<E> with(Step step) {
    return new EventScript<>(epochs, events, and(step), now, crash);
  }

  private List<Step> and(Step step) {
    List<Step> more = new ArrayList<>(steps);
    more.add(step);
    return List.copyOf(more);
  }

  /** Returns how ingestion time is divided. */
  public Epochs epochs() {
    return epochs;
  }

  /** Returns the events, each at its event time. */
  public List<TimestampedValue<E>> events() {
    return events;
  }

  /** Returns what happens. */
  public List<Step> steps() {
    return steps;
  }

  /** Returns the first ingestion time, that of Unix time's beginning if there is none. */
  Instant start() {
    return steps.stream()
        .map(
            step ->
                step instanceof Step.Append append
                    ? append.at()
                    : step instanceof Step.Close close ? close.through().minusMillis(1) : null)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(Instant.EPOCH);
  }

  /**
   * Returns the events as a {@code TestStream}, for pipelines of an author's own: each at its event
   * time, in the order of arrival; processing time passes where the script waits.
   *
   * <p>The watermark is at the earliest event time that is still to come, so that no event is late.
   *
   * @param coder of the events
   */
  public TestStream<E> testStream(Coder<E> coder) {
    TestStream.Builder<E> stream = TestStream.create(coder);
    List<TimestampedValue<E>> left = new ArrayList<>(arrivals());
    for (Step step : steps) {
      if (step instanceof Step.Append append) {
        for (int event : append.events()) {
          stream = stream.addElements(events.get(event));
          left.remove(0);
        }
        Optional<org.joda.time.Instant> earliest =
            left.stream().map(TimestampedValue::getTimestamp).min(Comparator.naturalOrder());
        if (earliest.isPresent()) {
          stream = stream.advanceWatermarkTo(earliest.get());
        }
      } else if (step instanceof Step.Wait wait) {
        stream =
            stream.advanceProcessingTime(org.joda.time.Duration.millis(wait.time().toMillis()));
      }
    }
    return stream.advanceWatermarkToInfinity();
  }

  /** Returns the events in the order of their arrival, each at its event time. */
  public List<TimestampedValue<E>> arrivals() {
    return steps.stream()
        .filter(Step.Append.class::isInstance)
        .flatMap(step -> ((Step.Append) step).events().stream())
        .map(events::get)
        .toList();
  }

  /**
   * Appends the events to a log, one record each, and closes its epochs; what runs is left out.
   *
   * @param record makes an event's record, one line
   * @throws IllegalArgumentException if the log's epochs are of another length
   */
  public void writeTo(AppendableLog log, Function<E, String> record) {
    if (!log.epochs().equals(epochs)) {
      throw new IllegalArgumentException(
          "the script's epochs are " + epochs.length() + ", the log's " + log.epochs().length());
    }
    for (Step step : steps) {
      if (step instanceof Step.Append append) {
        for (int event : append.events()) {
          log.append(
              List.of(new TextInput(record.apply(events.get(event).getValue()))),
              Optional.of(append.at()));
        }
      } else if (step instanceof Step.Close close) {
        log.closeThrough(close.through());
      }
    }
  }

  /** Returns the scenario, in the words that make it. */
  @Override
  public String toString() {
    return new ScriptText<>(this).toString();
  }
}
