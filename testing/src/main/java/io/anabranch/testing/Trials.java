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
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
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
  private final Coder<E> coder;
  private final Supplier<PipelineOptions> options;
  private final double within;
  private final Copies<E> copies;
  private final Trial<E, ?, ?, ?, ?> trial;
  private volatile boolean failed;

  Trials(
      View<E, ?, ?> view,
      Coder<E> coder,
      Copies<E> copies,
      Supplier<PipelineOptions> options,
      double within) {
    this.view = view;
    this.coder = coder;
    this.copies = copies;
    this.options = options;
    this.within = within;
    this.trial = trial(copies.all());
  }

  /** Returns copies of events, as many as schedules of a view may share a script. */
  static <E> Copies<E> copies(View<E, ?, ?> view, List<TimestampedValue<E>> events) {
    return view instanceof WindowedView ? Copies.one(events) : Copies.many(events);
  }

  private Trial<E, ?, ?, ?, ?> trial(List<TimestampedValue<E>> events) {
    return Trial.of(view, coder, events, options, within);
  }

  /** Returns the static fields of the author's classes that may change. */
  Set<String> statics() {
    return trial.statics();
  }

  /** Looks for a typical reason for disagreement. */
  Optional<String> cause() {
    return trial.cause();
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
      for (int number = 0; number * copies.count() < schedules; number++) {
        long own = seed + number * GOLDEN;
        futures.add(threads.submit(() -> run(own, tried)));
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

  private Optional<Failure<E>> run(long seed, Tried tried) {
    return failed
        ? Optional.empty()
        : run(Schedules.random(copies, trial.timeliness(), seed), seed, tried);
  }

  /**
   * Runs one script.
   *
   * @return that it failed, made smaller
   */
  Optional<Failure<E>> run(EventScript<E> script, long seed, Tried tried) {
    Outcome outcome = trial.run(script, seed);
    tried.add(copies.count(), outcome);
    if (outcome.disagreement().isEmpty() || failed) {
      return Optional.empty();
    }
    failed = true;
    return Optional.of(smaller(script, seed, outcome));
  }

  private Failure<E> smaller(EventScript<E> script, long seed, Outcome outcome) {
    int copy =
        outcome
            .disagreement()
            .orElseThrow()
            .row()
            .map(row -> copies.at(row.bucket().start()))
            .orElse(0);
    EventScript<E> failing = script.first(outcome.disagreement().get().step() + 1);
    EventScript<E> own = copies.only(failing, copy);
    return smaller(trial(copies.events()), own, seed)
        .or(() -> smaller(trial, failing, seed))
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
