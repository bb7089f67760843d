/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.testing.internal.trial.Disagreement;
import io.anabranch.testing.internal.trial.Trial;
import io.anabranch.testing.script.Copies;
import io.anabranch.testing.script.EventScript;
import io.anabranch.testing.script.Shrinking;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * A script that failed, to be made smaller.
 *
 * @param trial what ran it
 * @param copies of the events it is over
 * @param script all of it
 * @param seed what decided on batches and bundles
 * @param disagreement what it showed
 */
record Failing<E>(
    Trial<E, ?, ?, ?, ?> trial,
    Copies<E> copies,
    EventScript<E> script,
    long seed,
    Disagreement disagreement) {
  private static final Duration SHRINKING = Duration.ofSeconds(5);
  private static final int TRIES = 8;
  private static final int TRIES_OF_SMALLER = 6;

  /**
   * Finds a small script that fails still: over one copy of the events, if it does so there.
   *
   * @param trials makes what runs scripts over other events
   */
  Failure<E> smallest(Function<List<TimestampedValue<E>>, Trial<E, ?, ?, ?, ?>> trials) {
    int copy = disagreement.row().map(row -> copies.at(row.bucket().start())).orElse(0);
    EventScript<E> failing = script.first(disagreement.step() + 1);
    EventScript<E> own = copies.only(failing, copy);
    boolean isOne = copies.count() == 1;
    return smaller(isOne ? trial : trials.apply(copies.events()), own)
        .or(() -> isOne ? Optional.empty() : smaller(trial, failing))
        .orElseGet(
            () ->
                new Failure<>(
                    own, disagreement, Map.of(), Failure.Seen.ONCE, cause(trial, disagreement)));
  }

  /** Returns nothing if it does not fail again. */
  private Optional<Failure<E>> smaller(Trial<E, ?, ?, ?, ?> by, EventScript<E> from) {
    Optional<Disagreement> again = fails(by, from, TRIES);
    if (again.isEmpty()) {
      return Optional.empty();
    }
    AtomicReference<Disagreement> last = new AtomicReference<>(again.get());
    Predicate<EventScript<E>> stillFails =
        each -> {
          Optional<Disagreement> found = fails(by, each, TRIES_OF_SMALLER);
          found.ifPresent(last::set);
          return found.isPresent();
        };
    EventScript<E> ofTheRow =
        again
            .get()
            .row()
            .map(row -> from.withEvents(by.contributing(row)))
            .filter(each -> !each.arrivals().isEmpty())
            .filter(stillFails)
            .orElse(from);
    EventScript<E> smallest = Shrinking.of(ofTheRow, stillFails, SHRINKING);
    return Optional.of(
        new Failure<>(
            smallest,
            last.get(),
            last.get().row().map(row -> by.said(smallest, row, seed)).orElse(Map.of()),
            Failure.Seen.AGAIN,
            cause(by, last.get())));
  }

  /** Runs a script with a few seeds: what depends on an order of arrival fails now and then. */
  private Optional<Disagreement> fails(Trial<E, ?, ?, ?, ?> by, EventScript<E> each, int tries) {
    return LongStream.range(0, tries)
        .mapToObj(attempt -> by.run(each, seed + attempt * Trials.GOLDEN).disagreement())
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What was found is reported, even if the cause is not known. */
  private String cause(Trial<?, ?, ?, ?, ?> by, Disagreement found) {
    try {
      String cause =
          by.cause(found.row())
              .map(text -> "A likely cause: " + text)
              .orElse("No typical cause was found");
      return by == trial && copies.count() > 1
          ? "(Events and buckets of years long ago are copies of yours: several schedules share the runs of a script, and this one fails only with them.)\n  %s"
              .formatted(cause)
          : cause;
    } catch (RuntimeException e) {
      return "No typical cause was found, as looking for one failed: " + e;
    }
  }
}
