/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.Architecture;
import io.anabranch.api.Tolerance;
import io.anabranch.api.spi.Settings;
import io.anabranch.config.Node.Entry;
import io.anabranch.config.Node.Section;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks all settings and makes a configuration of them. */
final class Checks {
  private static final Pattern CLASS_NAME =
      Pattern.compile(
          "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*");
  private static final Duration SHORTEST_REFRESH = Duration.ofMillis(10);
  private static final Duration LONGEST_REFRESH = Duration.ofHours(1);

  private static final String FAIL = "fail";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final Pattern PERCENTAGE = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,9})?%");
  private static final Set<String> TOLERANCES =
      Set.of(Key.PROMOTION_ROWS.leaf(), Key.PROMOTION_EQUAL.leaf());

  private final Lookup lookup;
  private final Providers providers;
  private final Problems problems;
  private final String base;

  /**
   * Checks what was looked up.
   *
   * @param base the folder that relative paths begin in
   */
  Checks(Lookup lookup, Providers providers, Problems problems, String base) {
    this.lookup = lookup;
    this.providers = providers;
    this.problems = problems;
    this.base = base;
  }

  Configuration configuration(Optional<String> defaultApplication) {
    lookup.refuseUnknownAtTheTop();
    Optional<String> application = application(defaultApplication);
    Optional<Architecture> architecture = architecture();
    Optional<RunnerSettings> runner = lookup.section("runner").flatMap(this::runner);
    Optional<Section> logSection = lookup.section("log");
    Optional<String> kind = logSection.flatMap(log -> lookup.text(log, Key.LOG_KIND));
    ConnectorChecks connectors = new ConnectorChecks(lookup, providers, problems, base);
    Optional<Settings> log = logSection.map(section -> connectors.log(section, kind));
    Optional<Settings> store = lookup.section("store").map(connectors::store);
    Optional<Duration> refresh = lookup.section("speed").flatMap(this::refresh);
    Optional<Promotions> promotions = lookup.section("promotion").map(this::promotions);
    OptionalInt mostFailedEvents =
        lookup.isWord("errors", FAIL)
            ? OptionalInt.empty()
            : lookup
                .section("errors", "\"" + FAIL + "\", or a map")
                .map(this::mostFailedEvents)
                .orElse(OptionalInt.empty());
    problems.throwIfAny();
    return new Configuration(
        application.orElseThrow(),
        architecture.orElseThrow(),
        runner.orElseThrow(),
        kind.orElseThrow(),
        log.orElseThrow(),
        store.orElseThrow(),
        refresh.orElseThrow(),
        promotions.orElseThrow(),
        mostFailedEvents);
  }

  private Optional<String> application(Optional<String> otherwise) {
    if (otherwise.isPresent() && lookup.isAbsent(Key.APPLICATION)) {
      return otherwise;
    }
    Optional<String> name = lookup.text(Key.APPLICATION);
    if (name.isPresent() && !CLASS_NAME.matcher(name.get()).matches()) {
      problems.add(
          lookup.place(Key.APPLICATION),
          "\"application\" is \"%s\": write the name of a class, for instance %s"
              .formatted(name.get(), Key.APPLICATION.example()));
    }
    return name;
  }

  private Optional<Architecture> architecture() {
    Optional<String> word = lookup.text(Key.ARCHITECTURE);
    Optional<Architecture> found =
        Arrays.stream(Architecture.values())
            .filter(architecture -> word.equals(Optional.of(architecture.word())))
            .findFirst();
    if (word.isPresent() && found.isEmpty()) {
      List<String> words = Arrays.stream(Architecture.values()).map(Architecture::word).toList();
      problems.add(
          lookup.place(Key.ARCHITECTURE),
          "\"architecture\" is \"%s\": %s".formatted(word.get(), Words.allowed(word.get(), words)));
    }
    return found;
  }

  private Optional<RunnerSettings> runner(Section runner) {
    lookup.refuseUnknown(runner, "runner.", Key.namesIn("runner"));
    Map<String, String> options = new LinkedHashMap<>();
    for (Map.Entry<String, Entry> option :
        lookup.map(runner, Key.RUNNER_OPTIONS).orElseGet(Section::empty).entries().entrySet()) {
      lookup
          .scalar(
              Key.RUNNER_OPTIONS.path() + "." + option.getKey(), option.getValue(), Lookup.SCALAR)
          .ifPresent(value -> options.put(option.getKey(), value));
    }
    return lookup
        .text(runner, Key.RUNNER_PROFILE)
        .map(profile -> new RunnerSettings(profile, options));
  }

  private Promotions promotions(Section promotion) {
    lookup.refuseUnknown(promotion, "promotion.", Key.namesIn("promotion"));
    Tolerance otherwise = tolerance(promotion, "promotion.", Tolerance.NONE);
    Map<String, Tolerance> views = new LinkedHashMap<>();
    Section byView = lookup.map(promotion, Key.PROMOTION_VIEWS).orElseGet(Section::empty);
    for (String view : byView.entries().keySet()) {
      String prefix = Key.PROMOTION_VIEWS.path() + "." + view + ".";
      lookup
          .map(byView, view, Key.PROMOTION_VIEWS)
          .ifPresent(
              section -> {
                lookup.refuseUnknown(section, prefix, TOLERANCES);
                views.put(view, tolerance(section, prefix, otherwise));
              });
    }
    return new Promotions(otherwise, views);
  }

  private Tolerance tolerance(Section section, String prefix, Tolerance otherwise) {
    return new Tolerance(
        share(section, prefix, Key.PROMOTION_ROWS, otherwise.maxDifferingRows()),
        share(section, prefix, Key.PROMOTION_EQUAL, otherwise.equalWithin()));
  }

  /** Returns a share of 0 to 1, written as a percentage. */
  private double share(Section section, String prefix, Key key, double otherwise) {
    Entry entry = section.entries().get(key.leaf());
    if (entry == null) {
      return otherwise;
    }
    String path = prefix + key.leaf();
    Optional<String> text = lookup.scalar(path, entry, "a percentage, for instance 0.1%");
    if (text.isPresent() && PERCENTAGE.matcher(text.get()).matches()) {
      double share = Double.parseDouble(text.get().substring(0, text.get().length() - 1)) / 100;
      if (share <= 1) {
        return share;
      }
    }
    text.ifPresent(
        wrong ->
            problems.add(
                entry.place(),
                "\"%s\" is \"%s\": write a percentage from 0%% to 100%%, for instance 0.1%%"
                    .formatted(path, wrong)));
    return otherwise;
  }

  private OptionalInt mostFailedEvents(Section errors) {
    lookup.refuseUnknown(errors, "errors.", Key.namesIn("errors"));
    Optional<String> text = lookup.text(errors, Key.ERRORS_MOST);
    if (text.filter(number -> NUMBER.matcher(number).matches()).isPresent()) {
      return OptionalInt.of(Integer.parseInt(text.get()));
    }
    text.ifPresent(
        wrong ->
            problems.add(
                lookup.place(errors, Key.ERRORS_MOST.leaf()),
                "\"%s\" is \"%s\": write a whole number from 0 to 999999999, for instance %s; or errors: %s"
                    .formatted(Key.ERRORS_MOST.path(), wrong, Key.ERRORS_MOST.example(), FAIL)));
    return OptionalInt.empty();
  }

  private Optional<Duration> refresh(Section speed) {
    lookup.refuseUnknown(speed, "speed.", Key.namesIn("speed"));
    Optional<String> text = lookup.text(speed, Key.SPEED_REFRESH);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Place place = lookup.place(speed, Key.SPEED_REFRESH.leaf());
    try {
      Duration refresh = Settings.parseDuration(text.get());
      if (refresh.compareTo(SHORTEST_REFRESH) >= 0 && refresh.compareTo(LONGEST_REFRESH) <= 0) {
        return Optional.of(refresh);
      }
      problems.add(
          place,
          "\"speed.refresh\" is \"%s\": allowed are 10ms to 1h, for instance %s"
              .formatted(text.get(), Key.SPEED_REFRESH.example()));
    } catch (IllegalArgumentException e) {
      problems.add(place, "\"speed.refresh\" is wrong: " + e.getMessage());
    }
    return Optional.empty();
  }
}
