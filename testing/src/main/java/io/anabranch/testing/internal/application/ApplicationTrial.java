/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.application;

import io.anabranch.api.Answer;
import io.anabranch.api.Application;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.config.Configuration;
import io.anabranch.config.Providers;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import io.anabranch.testing.internal.trial.TemporaryFolder;
import io.anabranch.testing.script.TextInput;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.hamcrest.Matcher;
import org.hamcrest.StringDescription;

/** What {@code ApplicationTest} does, in a temporary folder. */
public final class ApplicationTrial {
  /** The first lines arrive at the beginning of this, those of each further step an epoch later. */
  private static final Instant FIRST = Instant.parse("2020-01-01T00:00:00Z");

  private static final int SHOWN_LETTERS = 5;
  private static final int SHOWN_LINES = 15;

  private final Class<?> main;
  private final Path configuration;
  private final Duration limit;
  private final List<Step> steps;
  private final List<String> wrong = new ArrayList<>();

  /**
   * Makes a trial.
   *
   * @param main the class with the {@code main}
   * @param configuration the real one
   * @param limit how long one run may take
   */
  public ApplicationTrial(
      Class<?> main, Path configuration, Duration limit, List<? extends Step> steps) {
    this.main = main;
    this.configuration = configuration;
    this.limit = limit;
    this.steps = List.copyOf(steps);
  }

  /** One thing that is done. */
  public sealed interface Step {}

  /** Lines arrive, in an epoch of their own, which is closed then. */
  public record Lines(List<String> lines) implements Step {}

  /** Something is appended. */
  public record Appending(Consumer<AppendableLog> what) implements Step {}

  /** The author's {@code main} runs. */
  public record Main(List<String> arguments) implements Step {}

  /**
   * What is expected at the end.
   *
   * @param answers matches the answers of views, by their names
   * @param ignored the names of views that are not looked at
   * @param deadLetters how many records cannot be decoded
   */
  public record Expected(Map<String, Matcher<?>> answers, Set<String> ignored, long deadLetters) {}

  /**
   * Does all steps, and looks at answers and dead letters.
   *
   * @throws AssertionError with all that is forgotten, unknown, unused or not as expected
   */
  public void verify(Expected expected) {
    try (TemporaryFolder folder = TemporaryFolder.make()) {
      verify(expected, folder.path());
    }
  }

  private void verify(Expected expected, Path folder) {
    SwappedConfiguration swapped;
    LoadedApplication<?> application;
    try {
      swapped =
          SwappedConfiguration.of(
              configuration,
              folder,
              Application.class.isAssignableFrom(main)
                  ? Optional.of(main.getName())
                  : Optional.empty());
      application = LoadedApplication.load(swapped.loaded().application());
    } catch (UserException e) {
      throw new AssertionError(e.getMessage(), e);
    }
    checkNames(expected, application);
    checkSteps();
    throwIfWrong();
    act(swapped, folder);
    look(expected, application, swapped.loaded());
    throwIfWrong();
  }

  private void checkNames(Expected expected, LoadedApplication<?> application) {
    Set<String> named = new LinkedHashSet<>(expected.answers().keySet());
    named.addAll(expected.ignored());
    for (String view : named) {
      try {
        application.view(view);
      } catch (UserException e) {
        wrong.add(e.getMessage());
      }
    }
    List<String> forgotten =
        application.views().stream()
            .map(ViewDefinition::name)
            .filter(name -> !named.contains(name))
            .toList();
    if (!forgotten.isEmpty()) {
      wrong.add(
          "nothing is expected of %s: say expect(...) or ignoring(...)"
              .formatted(String.join(", ", forgotten)));
    }
  }

  private void checkSteps() {
    int lastRun = -1;
    int lastInput = -1;
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof Main) {
        lastRun = i;
      } else {
        lastInput = i;
      }
    }
    if (lastInput < 0) {
      wrong.add("the log has no input: say log(...)");
    }
    if (lastRun < 0) {
      wrong.add("nothing runs: say run(...)");
    } else if (lastRun < lastInput) {
      wrong.add("what the last log(...) appends is not used: nothing runs after it");
    }
  }

  private void act(SwappedConfiguration swapped, Path folder) {
    int epoch = 0;
    for (Step step : steps) {
      if (step instanceof Main run) {
        run(run, swapped, folder);
      } else {
        try (AppendableLog log = log(swapped.loaded())) {
          if (step instanceof Lines lines) {
            append(log, lines, epoch++);
          } else if (step instanceof Appending appending) {
            appending.what().accept(log);
          }
        }
      }
    }
  }

  private static AppendableLog log(Configuration loaded) {
    return (AppendableLog)
        Providers.installed().log(loaded.logKind()).orElseThrow().open(loaded.log());
  }

  private static void append(AppendableLog log, Lines lines, int number) {
    long epoch = log.epochs().at(FIRST) + number;
    log.append(
        List.of(new TextInput(String.join("\n", lines.lines()))),
        Optional.of(log.epochs().start(epoch)));
    log.closeThrough(log.epochs().end(epoch));
  }

  private void run(Main step, SwappedConfiguration swapped, Path folder) {
    List<String> arguments = new ArrayList<>(step.arguments());
    // Before "--", after which Beam's options come.
    arguments.addAll(Math.min(1, arguments.size()), List.of("-c", swapped.file().toString()));
    MainProcess.Ended ended = MainProcess.run(folder, main.getName(), arguments, limit);
    if (ended.code() != 0) {
      throw new AssertionError(
          "%s %s ended with %s:\n%s"
              .formatted(
                  main.getName(),
                  String.join(" ", step.arguments()),
                  ended.code(),
                  last(ended.err())));
    }
  }

  private static String last(String text) {
    List<String> lines = text.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
  }

  private void look(
      Expected expected, LoadedApplication<?> application, Configuration configuration) {
    try (ViewStore store = ViewStores.open(configuration.store());
        AppendableLog log = log(configuration)) {
      for (ViewDefinition<?, ?, ?, ?, ?> view : application.views()) {
        Answer<?, ?> answer = answer(store, log, application, view.name());
        lookForGaps(view.name(), answer);
        Optional.ofNullable(expected.answers().get(view.name()))
            .ifPresent(matcher -> look(view.name(), answer, matcher));
      }
      lookAtLetters(store, expected.deadLetters());
    }
  }

  private static Answer<?, ?> answer(
      ViewStore store, AppendableLog log, LoadedApplication<?> application, String view) {
    try {
      return ViewReader.of(store, application.view(view)).against(log::end).read(Query.all());
    } catch (UserException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** All of the log is to be read, also for a view that is not looked at otherwise. */
  private void lookForGaps(String view, Answer<?, ?> answer) {
    answer
        .provenance()
        .gaps()
        .forEach(
            gap ->
                wrong.add(
                    "view \"%s\": what was appended in %s was not read; let it be closed, or speed run"
                        .formatted(view, gap)));
  }

  private void look(String view, Answer<?, ?> answer, Matcher<?> matcher) {
    if (!matcher.matches(answer)) {
      StringDescription text = new StringDescription();
      text.appendText("view \"" + view + "\": expected ").appendDescriptionOf(matcher);
      text.appendText(", but it ");
      matcher.describeMismatch(answer, text);
      wrong.add(text.toString());
    }
  }

  private void lookAtLetters(ViewStore store, long expected) {
    DeadLetters letters = new DeadLetters(store);
    long there = letters.faults();
    if (there != expected) {
      StringBuilder text = new StringBuilder();
      text.append("expected ").append(expected).append(" dead letters, but there were ");
      text.append(there);
      letters
          .read(Set.of(DeadLetter.Kind.UNDECODABLE), List.of(), SHOWN_LETTERS)
          .forEach(letter -> text.append("\n  ").append(letter));
      wrong.add(text.toString());
    }
  }

  private void throwIfWrong() {
    if (!wrong.isEmpty()) {
      throw new AssertionError(String.join("\n", wrong));
    }
  }
}
