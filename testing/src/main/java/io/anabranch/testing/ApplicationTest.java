/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import static java.util.Objects.requireNonNull;

import io.anabranch.api.Answer;
import io.anabranch.testing.internal.application.ApplicationTrial;
import io.anabranch.testing.script.EventScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.hamcrest.Matcher;

/**
 * Runs an author's real {@code main} with its real configuration, but for the log and the store:
 * these are temporary ones. (The manner is that of scio's {@code JobTest}.)
 *
 * <pre>{@code
 * ApplicationTest.verify(
 *     WebAnalytics.class,
 *     test ->
 *         test.configuration(Path.of("anabranch.yaml"))
 *             .log(line1, line2, "not a request")
 *             .run("run", "--layer", "batch")
 *             .expect("page-views", hasRow("2015-05-17T10:05:00Z", "/blog", 2L))
 *             .ignoring("bytes", "visitors")
 *             .deadLetters(1));
 * }</pre>
 *
 * <p>All of the log must be read by what runs, and all views and all dead letters must be expected.
 * What is forgotten fails, with its name. The steps are given to {@link #verify}, so that nobody
 * can forget to run them.
 */
public final class ApplicationTest {
  private static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

  /** The configuration, and what sets its log or its store. */
  private static final Pattern NOT_AN_AUTHORS =
      Pattern.compile("-c|--config|(--set=)?(log|store)\\.");

  private final Class<?> main;
  private final List<ApplicationTrial.Step> steps = new ArrayList<>();
  private final Map<String, Matcher<?>> expected = new LinkedHashMap<>();
  private final Set<String> ignored = new LinkedHashSet<>();
  private Path configuration = Path.of("anabranch.yaml");
  private Duration limit = DEFAULT_LIMIT;
  private long deadLetters;

  private ApplicationTest(Class<?> main) {
    this.main = main;
  }

  /**
   * Tests the application that the {@code main} of a class runs.
   *
   * @param steps says what is in the log, what runs, and what is expected then
   * @throws AssertionError with all that is forgotten, unknown, unused or not as expected
   */
  public static void verify(Class<?> main, Consumer<ApplicationTest> steps) {
    ApplicationTest test = new ApplicationTest(requireNonNull(main, "main"));
    steps.accept(test);
    new ApplicationTrial(test.main, test.configuration, test.limit, test.steps)
        .verify(new ApplicationTrial.Expected(test.expected, test.ignored, test.deadLetters));
  }

  /** Sets the configuration, default {@code anabranch.yaml}. */
  public ApplicationTest configuration(Path file) {
    configuration = file;
    return this;
  }

  /** Sets how long one run may take, default 2 minutes. */
  public ApplicationTest limit(Duration each) {
    limit = each;
    return this;
  }

  /** Appends lines to the log, in an epoch of their own, and closes it. */
  public ApplicationTest log(String... lines) {
    steps.add(new ApplicationTrial.Lines(List.of(lines)));
    return this;
  }

  /**
   * Appends the events of a script, at their ingestion times, and closes epochs as it does; what
   * runs in the script is left out.
   *
   * @param line makes an event's line
   */
  public <E> ApplicationTest log(EventScript<E> script, Function<E, String> line) {
    steps.add(new ApplicationTrial.Appending(log -> script.writeTo(log, line)));
    return this;
  }

  /**
   * Runs the {@code main}.
   *
   * @param arguments a command and its options, but for the configuration
   * @throws IllegalArgumentException if the arguments name a configuration, a log or a store
   */
  public ApplicationTest run(String... arguments) {
    for (String argument : arguments) {
      if (NOT_AN_AUTHORS.matcher(argument).lookingAt()) {
        throw new IllegalArgumentException(
            "%s: the configuration is set by configuration(...), and its log and store are swapped for temporary ones"
                .formatted(argument));
      }
    }
    steps.add(new ApplicationTrial.Main(List.of(arguments)));
    return this;
  }

  /**
   * Says what a view answers at the end.
   *
   * @throws IllegalArgumentException if it was said before
   */
  public ApplicationTest expect(String view, Matcher<? extends Answer<?, ?>> answer) {
    if (expected.putIfAbsent(view, answer) != null) {
      throw new IllegalArgumentException(
          "view \"%s\" is expected twice: say all that is expected of it at once, with allOf(...)"
              .formatted(view));
    }
    return this;
  }

  /** Says that what some views answer is not tested here. */
  public ApplicationTest ignoring(String... views) {
    ignored.addAll(List.of(views));
    return this;
  }

  /** Says how many records cannot be decoded, default 0. */
  public ApplicationTest deadLetters(long count) {
    deadLetters = count;
    return this;
  }
}
