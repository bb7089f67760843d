/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import com.google.auto.value.AutoValue;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.UserException;
import io.anabranch.api.WindowedView;
import io.anabranch.testing.script.EventScript;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.values.TimestampedValue;
import org.hamcrest.BaseMatcher;
import org.hamcrest.Description;

/**
 * Matches a view that says the same of the same events, whichever way it is computed: by batch, by
 * speed, by both merged, by Kappa and by a replay, however late and in whichever order events come,
 * wherever epochs and bundles are cut, and whatever dies meanwhile.
 *
 * <pre>{@code
 * assertThat(
 *     WebAnalytics.pageViews(),
 *     Equivalence.<Request>agreesInEveryArchitecture().given(requests).underSchedules(50));
 * }</pre>
 *
 * <p>Each schedule is a random {@link EventScript}. It runs through the wiring, the store and the
 * reader that serve in production, on Beam's {@code TestStream}, and after every run, at a
 * <em>cut</em>, each row of the answer is compared with a plain fold of what the author's transform
 * says of each event alone. A schedule that fails is made smaller, and reported together with a
 * cause if one is found.
 *
 * @param <E> the event
 */
public final class Equivalence<E> extends BaseMatcher<MaterializedView<E, ?, ?>> {
  private static final System.Logger LOG = System.getLogger(Equivalence.class.getName());
  private static final int DEFAULT_COMBINED = 50;
  private static final int DEFAULT_WINDOWED = 20;

  private final Settings<E> settings;
  private String mismatch = "";

  private Equivalence(Settings<E> settings) {
    this.settings = settings;
  }

  /** What is set before the match. */
  @AutoValue
  abstract static class Settings<E> {
    /** What makes the events. */
    abstract Function<Random, List<TimestampedValue<E>>> events();

    /** The only schedule, if it is given. */
    abstract Optional<EventScript<E>> script();

    abstract Optional<Coder<E>> coder();

    abstract OptionalInt schedules();

    abstract long seed();

    abstract double within();

    abstract Supplier<PipelineOptions> runner();

    abstract Builder<E> toBuilder();

    @AutoValue.Builder
    abstract static class Builder<E> {
      abstract Builder<E> events(Function<Random, List<TimestampedValue<E>>> generator);

      abstract Builder<E> script(Optional<EventScript<E>> only);

      abstract Builder<E> coder(Coder<E> ofEvents);

      abstract Builder<E> schedules(int count);

      abstract Builder<E> seed(long number);

      abstract Builder<E> within(double share);

      abstract Builder<E> runner(Supplier<PipelineOptions> options);

      abstract Settings<E> build();

      Equivalence<E> matcher() {
        return new Equivalence<>(build());
      }
    }
  }

  /** Starts the matcher; it lacks its events. */
  public static <E> Equivalence<E> agreesInEveryArchitecture() {
    return new AutoValue_Equivalence_Settings.Builder<E>()
        .events(
            random -> {
              throw new IllegalStateException("there are no events: say given(...)");
            })
        .seed(System.nanoTime())
        .within(0)
        .runner(Runners.direct())
        .matcher();
  }

  /**
   * Sets the events, each at its event time.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Equivalence<E> given(List<TimestampedValue<E>> all) {
    if (all.isEmpty()) {
      throw new IllegalArgumentException("there are no events: give one or more");
    }
    List<TimestampedValue<E>> copy = List.copyOf(all);
    return given(random -> copy);
  }

  /**
   * Sets what makes events at random, others for each script: a few dozen of them, one or more,
   * that share keys and buckets. What takes long is the runs, so hundreds make a call slow.
   */
  public Equivalence<E> given(Function<Random, List<TimestampedValue<E>>> generator) {
    return settings.toBuilder().events(generator).script(Optional.empty()).matcher();
  }

  /**
   * Sets events and the one schedule, such as the one that a failure prints.
   *
   * @throws IllegalArgumentException if nothing runs in it
   */
  public Equivalence<E> given(EventScript<E> script) {
    return settings.toBuilder()
        .events(random -> script.events())
        .script(Optional.of(script.running()))
        .matcher();
  }

  /** Sets the coder of the events, default the one that Beam knows for the class of the first. */
  public Equivalence<E> coder(Coder<E> ofEvents) {
    return settings.toBuilder().coder(ofEvents).matcher();
  }

  /**
   * Sets how many schedules are tried, default 50, and 20 of a windowed view.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public Equivalence<E> underSchedules(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(count + " schedules: there must be 1 or more");
    }
    return settings.toBuilder().schedules(count).matcher();
  }

  /** Sets what the schedules come from, default another number each time; a failure prints it. */
  public Equivalence<E> seed(long number) {
    return settings.toBuilder().seed(number).matcher();
  }

  /**
   * Sets by how much numbers may differ, relatively; default 0, and one part in 10⁹ for {@code
   * double}. It holds within lists, arrays, maps and records too. For sketches, set their error; so
   * for sums that cancel each other out, as what rounding leaves of them may be all there is.
   *
   * @throws IllegalArgumentException if it is not from 0 to 1
   */
  public Equivalence<E> within(double share) {
    checkWithin(share);
    return settings.toBuilder().within(share).matcher();
  }

  static void checkWithin(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "numbers may differ by " + share + ": it must be from 0 to 1");
    }
  }

  /** Sets the runner, default {@link Runners#direct}. */
  public Equivalence<E> on(Supplier<PipelineOptions> other) {
    return settings.toBuilder().runner(other).matcher();
  }

  @Override
  public void describeTo(Description description) {
    description.appendText("a view that says the same in every architecture");
  }

  @Override
  public boolean matches(Object item) {
    mismatch = "";
    if (item instanceof MaterializedView<?, ?, ?> any) {
      @SuppressWarnings("unchecked") // the compiler has checked what is matched
      MaterializedView<E, ?, ?> view = (MaterializedView<E, ?, ?>) any;
      mismatch = mismatch(view).orElse("");
      return mismatch.isEmpty();
    }
    mismatch = "was no view, but " + item;
    return false;
  }

  /** Prints what was found: a second try might find something else. */
  @Override
  public void describeMismatch(Object item, Description description) {
    description.appendText(mismatch);
  }

  private Optional<String> mismatch(MaterializedView<E, ?, ?> view) {
    Tried tried = new Tried();
    Trials<E> trials;
    Optional<Failure<E>> failure;
    try {
      trials = new Trials<>(view, settings);
      failure =
          settings.script().isPresent()
              ? trials.run(settings.script().get(), settings.seed(), tried)
              : trials.run(schedules(view), settings.seed(), tried);
    } catch (UserException e) {
      return Optional.of("view \"" + view.name() + "\" is refused: " + e.getMessage());
    }
    String name = "view \"" + view.name() + "\"";
    if (failure.isPresent()) {
      return Optional.of(
          "%s does not, with seed(%s)%s%s"
              .formatted(name, settings.seed(), failure.get().text(), trials.statics()));
    }
    Optional<String> cause = trials.cause();
    if (cause.isPresent()) {
      return Optional.of(
          "%s did so here, with seed(%s), but need not: %s%s"
              .formatted(name, settings.seed(), cause.get(), trials.statics()));
    }
    Optional<String> nothing = tried.nothing(settings.script().isPresent());
    if (nothing.isPresent()) {
      return Optional.of(
          name + " was not tested, with seed(" + settings.seed() + "): " + nothing.get());
    }
    LOG.log(System.Logger.Level.INFO, tried.text(view.name(), settings.seed()) + trials.statics());
    return Optional.empty();
  }

  private int schedules(MaterializedView<E, ?, ?> view) {
    return settings
        .schedules()
        .orElse(view instanceof WindowedView ? DEFAULT_WINDOWED : DEFAULT_COMBINED);
  }
}
