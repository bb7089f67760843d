/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.api.MaterializedView;
import io.anabranch.api.WindowedView;
import io.anabranch.testing.internal.trial.Outcome;
import io.anabranch.testing.internal.trial.Trial;
import io.anabranch.testing.script.Copies;
import io.anabranch.testing.script.EventScript;
import io.anabranch.testing.script.Schedules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * Many schedules of one view. Those of a combined view share scripts, about ten each, as what takes
 * time is the start of runs.
 *
 * @param <E> the event
 */
final class Trials<E> {
  /** Spreads seeds that follow each other. */
  static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private final MaterializedView<E, ?, ?> view;
  private final Equivalence.Settings<E> settings;
  private final Coder<E> coder;
  private final Stage<E> first;

  /** The number of the first script that failed so far. */
  private final AtomicInteger failed = new AtomicInteger(Integer.MAX_VALUE);

  /** The events of a script, and what tries scripts over them. */
  private record Stage<E>(
      List<TimestampedValue<E>> events, Copies<E> copies, Trial<E, ?, ?, ?, ?> trial) {}

  /**
   * Asks the view what it says of the events of the first script.
   *
   * @throws io.anabranch.api.UserException if the view is refused
   */
  Trials(MaterializedView<E, ?, ?> view, Equivalence.Settings<E> settings) {
    this.view = view;
    this.settings = settings;
    List<TimestampedValue<E>> events = events(settings.seed());
    this.coder = settings.coder().orElseGet(() -> coder(events));
    this.first = stage(events);
  }

  private List<TimestampedValue<E>> events(long seed) {
    List<TimestampedValue<E>> events = settings.events().apply(new Random(seed));
    if (events.isEmpty()) {
      throw new IllegalStateException(
          "there are no events: let given(...) make one or more, also with seed " + seed);
    }
    return events;
  }

  private static <E> Coder<E> coder(List<TimestampedValue<E>> events) {
    @SuppressWarnings("unchecked") // the class of an event
    Class<E> type = (Class<E>) events.get(0).getValue().getClass();
    try {
      return CoderRegistry.createDefault().getCoder(type);
    } catch (CannotProvideCoderException e) {
      throw new IllegalStateException(
          "Beam knows no coder for " + type.getName() + ": set the one of your events, coder(...)",
          e);
    }
  }

  /** As many copies of events as schedules of the view may share a script. */
  private Stage<E> stage(List<TimestampedValue<E>> events) {
    Copies<E> copies =
        view instanceof WindowedView || settings.script().isPresent()
            ? Copies.one(events)
            : Copies.many(events);
    return new Stage<>(events, copies, trial(copies.all()));
  }

  /** Those of a list are always the same. */
  private Stage<E> stage(long seed) {
    List<TimestampedValue<E>> events = events(seed);
    return events == first.events() ? first : stage(events);
  }

  private Trial<E, ?, ?, ?, ?> trial(List<TimestampedValue<E>> events) {
    return Trial.of(view, coder, events, settings.runner(), settings.within());
  }

  /** Describes static fields of the author's classes that may change; empty if there are none. */
  String statics() {
    return first.trial().statics().isEmpty()
        ? ""
        : ". Static fields that may change, which workers do not share: %s"
            .formatted(String.join(", ", first.trial().statics()));
  }

  /** Looks for a typical reason for disagreement, by the events of the first script. */
  Optional<String> cause() {
    return first.trial().cause(Optional.empty());
  }

  /**
   * Runs so many schedules, or a few more.
   *
   * @return the first that failed, made smaller
   */
  Optional<Failure<E>> run(int schedules, long seed, Tried tried) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Optional<Failing<E>>>> futures = new ArrayList<>();
      for (int number = 0; number * first.copies().count() < schedules; number++) {
        long own = seed + number * GOLDEN;
        int script = number;
        futures.add(threads.submit(() -> attempt(script, own, tried)));
      }
      for (Future<Optional<Failing<E>>> future : futures) {
        Optional<Failing<E>> failing = future.get();
        if (failing.isPresent()) {
          return Optional.of(failing.get().smallest(this::trial));
        }
      }
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "a schedule could not be run, with seed(" + seed + ")", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Runs a script, unless one before it has failed: the first is reported, whichever ends first.
   */
  private Optional<Failing<E>> attempt(int number, long seed, Tried tried) {
    if (failed.get() < number) {
      return Optional.empty();
    }
    Stage<E> stage = number == 0 ? first : stage(seed);
    Optional<Failing<E>> failing =
        run(
            stage,
            Schedules.random(stage.copies(), stage.trial().timeliness(), number, seed),
            seed,
            tried);
    if (failing.isPresent()) {
      failed.accumulateAndGet(number, Math::min);
    }
    return failing;
  }

  /**
   * Runs one script, over the events of the first.
   *
   * @return that it failed, made smaller
   */
  Optional<Failure<E>> run(EventScript<E> script, long seed, Tried tried) {
    return run(first, script, seed, tried).map(failing -> failing.smallest(this::trial));
  }

  private static <E> Optional<Failing<E>> run(
      Stage<E> stage, EventScript<E> script, long seed, Tried tried) {
    Outcome outcome = stage.trial().run(script, seed);
    tried.add(stage.copies().count(), outcome);
    return outcome
        .disagreement()
        .map(found -> new Failing<>(stage.trial(), stage.copies(), script, seed, found));
  }
}
