/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.Answer;
import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.Timeliness;
import io.anabranch.api.WindowedView;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.testing.internal.workers.FreshWorkers;
import io.anabranch.testing.script.EventScript;
import io.anabranch.testing.script.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * One view, and the events of its scripts: runs scripts through the real wiring, a real store and a
 * log in memory, and compares every row of every answer with a {@link Reference}.
 *
 * @param <E> the event
 * @param <K> the key of a row
 * @param <V> a contribution
 * @param <A> the accumulator
 * @param <O> the value of a row
 */
public final class Trial<E, K, V, A, O> {
  private final Subject<E, K, V, A, O> subject;
  private final Reference<K, V, O> reference;

  private Trial(Subject<E, K, V, A, O> subject) {
    this.subject = subject;
    this.reference = Reference.of(subject, FreshWorkers.alone(subject.options().get()));
  }

  /**
   * Asks the view what it says of each event.
   *
   * @param coder of the events
   * @param events which scripts may use, by their place here
   * @param options makes the options of a runner that runs in this process
   * @param within the relative difference of numbers that does not count, 0 to 1
   * @throws io.anabranch.api.UserException if the view's graph is refused
   */
  public static <E, K, O> Trial<E, K, ?, ?, O> of(
      MaterializedView<E, K, O> view,
      Coder<E> coder,
      List<TimestampedValue<E>> events,
      Supplier<PipelineOptions> options,
      double within) {
    LoadedApplication<TimestampedValue<E>> application =
        LoadedApplication.of(new OneView<>(TimedView.of(view, coder), TimedView.format(coder)));
    @SuppressWarnings("unchecked") // it is the view that was given
    ViewDefinition<TimestampedValue<E>, K, ?, ?, O> definition =
        (ViewDefinition<TimestampedValue<E>, K, ?, ?, O>) application.view(view.name());
    boolean combines =
        !(view instanceof WindowedView<E, K, O> windowed) || windowed.totals().isPresent();
    return of(application, definition, events, combines, options, within);
  }

  private static <E, K, V, A, O> Trial<E, K, V, A, O> of(
      LoadedApplication<TimestampedValue<E>> application,
      ViewDefinition<TimestampedValue<E>, K, V, A, O> view,
      List<TimestampedValue<E>> events,
      boolean combines,
      Supplier<PipelineOptions> options,
      double within) {
    Trial<E, K, V, A, O> trial =
        new Trial<>(
            new Subject<>(application, view, List.copyOf(events), combines, options, within));
    trial.reference.requireComparable();
    return trial;
  }

  /** An application of one view. */
  private record OneView<E>(MaterializedView<E, ?, ?> view, EventFormat<E> events)
      implements Application<E> {
    @Override
    public List<MaterializedView<E, ?, ?>> views() {
      return List.of(view);
    }
  }

  /** Returns what the view says of late events, empty if none is ever late for it. */
  public Optional<Timeliness> timeliness() {
    return subject.view().timeliness();
  }

  /** Returns the static fields of the author's classes that may change, as Class.field. */
  public Set<String> statics() {
    return reference.statics();
  }

  /**
   * Looks for a typical reason why the view may say different things; in one sentence.
   *
   * @param row a row of which it did, empty if it did not
   */
  public Optional<String> cause(Optional<RowName> row) {
    return new Diagnosis<>(subject, reference).cause(row);
  }

  /**
   * Runs a script.
   *
   * @param seed what decides on batches and bundles
   */
  public Outcome run(EventScript<E> script, long seed) {
    return run(script, new Wiring(), seed);
  }

  /** Returns which events contribute to a row of a combined view, by their places. */
  public Set<Integer> contributing(RowName row) {
    return reference.contributing(row);
  }

  /**
   * Asks each architecture by itself what it says of a row, once it has read all that arrives in a
   * script.
   *
   * @param seed what decides on batches and bundles
   * @return what they say, in words, by the name of the script's method
   */
  public Map<String, String> said(EventScript<E> script, RowName row, long seed) {
    Map<String, String> said = new LinkedHashMap<>();
    for (Step.Layer layer :
        List.of(Step.Layer.BATCH, Step.Layer.SPEED, Step.Layer.KAPPA, Step.Layer.REPLAY)) {
      EventScript<E> alone = script.readBy(layer);
      try (Scene<E> scene = scene(alone, new Wiring(), seed)) {
        said.put(layer.method(), new Performance<>(scene, subject, reference, alone).said(row));
      }
    }
    return said;
  }

  /**
   * Returns what the last run of a script answers, right or wrong.
   *
   * @param seed what decides on batches and bundles
   * @throws io.anabranch.api.UserException if a run fails
   * @throws IllegalStateException if nothing runs in the script
   */
  public Answer<K, O> answer(EventScript<E> script, long seed) {
    try (Scene<E> scene = scene(script, new Wiring(), seed)) {
      return new Performance<>(scene, subject, reference, script).answer();
    }
  }

  Outcome run(EventScript<E> script, Wiring wiring, long seed) {
    try (Scene<E> scene = scene(script, wiring, seed)) {
      return new Performance<>(scene, subject, reference, script).run();
    }
  }

  private Scene<E> scene(EventScript<E> script, Wiring wiring, long seed) {
    return new Scene<>(subject.application(), script.epochs(), subject.options(), wiring, seed);
  }
}
