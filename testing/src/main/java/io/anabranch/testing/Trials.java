/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.api.View;
import io.anabranch.api.WindowedView;
import io.anabranch.testing.script.Copies;
import io.anabranch.testing.script.EventScript;
import io.anabranch.testing.script.Schedules;
import io.anabranch.testing.script.Shrinking;
import io.anabranch.testing.trial.Disagreement;
import io.anabranch.testing.trial.Outcome;
import io.anabranch.testing.trial.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
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
  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final Duration SHRINKING = Duration.ofSeconds(5);
  private static final int TRIES = 8;
  private static final int TRIES_OF_SMALLER = 3;
  private static final long GOLDEN = 0x9E3779B97F4A7C15L; // spreads seeds that follow each other

  private final View<E, ?, ?> view;
  private final Equivalence.Settings<E> settings;
  private final Coder<E> coder;
  private final Stage<E> first;
  private final AtomicReference<Failed<E>> failed = new AtomicReference<>();

  /** The events of a script, and what tries scripts over them. */
  private record Stage<E>(
      List<TimestampedValue<E>> events, Copies<E> copies, Trial<E, ?, ?, ?, ?> trial) {}

  /** What failed first. */
  private record Failed<E>(Trial<E, ?, ?, ?, ?> trial, Disagreement disagreement) {}

  /**
   * Asks the view what it says of the events of the first script.
   *
   * @throws io.anabranch.api.UserException if the view is refused
   */
  Trials(View<E, ?, ?> view, Equivalence.Settings<E> settings) {
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

  /** Tells of static fields of the author's classes that may change; empty if there are none. */
  String statics() {
    return first.trial().statics().isEmpty()
        ? ""
        : ". Static fields that may change, which workers do not share: "
            + String.join(", ", first.trial().statics());
  }

  /** Looks for a typical reason for disagreement, by the events that failed, or the first ones. */
  Optional<String> cause() {
    Failed<E> found = failed.get();
    return found == null
        ? first.trial().cause(Optional.empty())
        : found.trial().cause(found.disagreement().row());
  }

  /**
   * Runs so many schedules, or a few more.
   *
   * @return the first that failed, made smaller
   */
  Optional<Failure<E>> run(int schedules, long seed, Tried tried) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Optional<Failure<E>>>> futures = new ArrayList<>();
      for (int number = 0; number * first.copies().count() < schedules; number++) {
        long own = seed + number * GOLDEN;
        int script = number;
        futures.add(threads.submit(() -> runOne(script, own, tried)));
      }
      Optional<Failure<E>> first = Optional.empty();
      for (Future<Optional<Failure<E>>> future : futures) {
        Optional<Failure<E>> failure = future.get();
        first = first.isPresent() ? first : failure;
      }
      return first;
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

  private Optional<Failure<E>> runOne(int number, long seed, Tried tried) {
    if (failed.get() != null) {
      return Optional.empty();
    }
    Stage<E> stage = seed == settings.seed() ? first : stage(seed);
    return run(
        stage,
        Schedules.random(stage.copies(), stage.trial().timeliness(), number, seed),
        seed,
        tried);
  }

  /**
   * Runs one script, over the events of the first.
   *
   * @return that it failed, made smaller
   */
  Optional<Failure<E>> run(EventScript<E> script, long seed, Tried tried) {
    return run(first, script, seed, tried);
  }

  private Optional<Failure<E>> run(Stage<E> stage, EventScript<E> script, long seed, Tried tried) {
    Outcome outcome = stage.trial().run(script, seed);
    tried.add(stage.copies().count(), outcome);
    if (outcome.disagreement().isEmpty()
        || !failed.compareAndSet(null, new Failed<>(stage.trial(), outcome.disagreement().get()))) {
      return Optional.empty();
    }
    return Optional.of(smaller(stage, script, seed, outcome));
  }

  private Failure<E> smaller(Stage<E> stage, EventScript<E> script, long seed, Outcome outcome) {
    Copies<E> copies = stage.copies();
    int copy =
        outcome
            .disagreement()
            .orElseThrow()
            .row()
            .map(row -> copies.at(row.bucket().start()))
            .orElse(0);
    EventScript<E> failing = script.first(outcome.disagreement().get().step() + 1);
    EventScript<E> own = copies.only(failing, copy);
    boolean isOne = copies.count() == 1;
    return smaller(isOne ? stage.trial() : trial(copies.events()), own, seed)
        .or(() -> isOne ? Optional.empty() : smaller(stage.trial(), failing, seed))
        .orElseGet(
            () -> new Failure<>(own, outcome.disagreement().get(), Map.of(), Failure.Seen.ONCE));
  }

  /** Returns nothing if it does not fail again. */
  private Optional<Failure<E>> smaller(Trial<E, ?, ?, ?, ?> by, EventScript<E> script, long seed) {
    Optional<Disagreement> again = fails(by, script, seed, TRIES);
    if (again.isEmpty()) {
      return Optional.empty();
    }
    AtomicReference<Disagreement> last = new AtomicReference<>(again.get());
    EventScript<E> smallest =
        Shrinking.of(
            script,
            each -> {
              Optional<Disagreement> found = fails(by, each, seed, TRIES_OF_SMALLER);
              found.ifPresent(last::set);
              return found.isPresent();
            },
            SHRINKING);
    return Optional.of(
        new Failure<>(
            smallest,
            last.get(),
            last.get().row().map(row -> by.said(smallest, row, seed)).orElse(Map.of()),
            Failure.Seen.AGAIN));
  }

  /** Runs a script with a few seeds: what depends on an order of arrival fails now and then. */
  private static <E> Optional<Disagreement> fails(
      Trial<E, ?, ?, ?, ?> by, EventScript<E> script, long seed, int tries) {
    return LongStream.range(0, tries)
        .mapToObj(attempt -> by.run(script, seed + attempt * GOLDEN).disagreement())
        .flatMap(Optional::stream)
        .findFirst();
  }
}
