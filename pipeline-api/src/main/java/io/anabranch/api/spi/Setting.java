/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.UserException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A setting of a connector. What is checked of it, shown of it and documented of it comes from
 * here.
 *
 * @param name the name within its section, such as {@code grace}
 * @param type how its text is read
 * @param defaultValue the text that stands for it where it is absent
 * @param range the least and the most that is allowed
 * @param required whether it must be there
 * @param secret whether its value is kept out of messages and logs: its name says so, as a password
 *     or a secret
 * @param description what it is, for people: a phrase that begins with a small letter
 */
public record Setting(
    String name,
    Type type,
    Optional<String> defaultValue,
    Optional<Range> range,
    boolean required,
    boolean secret,
    String description) {
  private static final Pattern NAME_OF_SECRET = Pattern.compile("(?i)password|secret");

  /**
   * Checks the name of a secret.
   *
   * @throws IllegalArgumentException if a name does not say that it is of a secret
   */
  public Setting {
    if (secret && !NAME_OF_SECRET.matcher(name).find()) {
      throw new IllegalArgumentException(
          "setting \"%s\" is secret: its name must hold \"password\" or \"secret\", by which values are hidden"
              .formatted(name));
    }
  }

  /** How the text of a setting is read. */
  public enum Type {
    /** As it is. */
    TEXT,
    /** By {@link Settings#path}. */
    PATH,
    /** By {@link Settings#parseDuration}. */
    DURATION,
    /** By {@link Settings#parseBytes}. */
    BYTES
  }

  /**
   * What is allowed.
   *
   * @param least the least, as a text of the type
   * @param most the most, as a text of the type
   */
  public record Range(String least, String most) {}

  /** Makes a setting that may be absent. */
  public static Setting of(String name, Type type, String description) {
    return new Setting(name, type, Optional.empty(), Optional.empty(), false, false, description);
  }

  /** Refuses its absence. */
  public Setting asRequired() {
    return new Setting(name, type, defaultValue, range, true, secret, description);
  }

  /** Keeps its value out of messages and logs. */
  public Setting asSecret() {
    return new Setting(name, type, defaultValue, range, required, true, description);
  }

  /** Gives it a default value. */
  public Setting withDefault(String text) {
    return new Setting(name, type, Optional.of(text), range, required, secret, description);
  }

  /** Refuses less and more. */
  public Setting between(String least, String most) {
    return new Setting(
        name,
        type,
        defaultValue,
        Optional.of(new Range(least, most)),
        required,
        secret,
        description);
  }

  /** Returns its text in the settings, or else its default value. */
  public Optional<String> in(Settings settings) {
    return settings.get(name).or(() -> defaultValue);
  }

  /** Returns what is wrong with settings, one problem for each setting at most. */
  public static List<SettingProblem> problems(Collection<Setting> known, Settings settings) {
    List<SettingProblem> problems = new ArrayList<>();
    known.forEach(setting -> setting.problem(settings).ifPresent(problems::add));
    return problems;
  }

  /**
   * Requires that nothing is wrong with the settings of a connector.
   *
   * @param section the section of the configuration that they stand in, such as {@code store}
   * @param problems what is wrong
   * @throws UserException with all problems
   */
  public static void require(String section, Collection<SettingProblem> problems) {
    if (!problems.isEmpty()) {
      throw new UserException(
          problems.stream()
              .map(problem -> section + "." + problem.text())
              .collect(Collectors.joining("\n")));
    }
  }

  private Optional<SettingProblem> problem(Settings settings) {
    String text = settings.get(name).orElse("");
    if (text.isBlank() && (required || settings.get(name).isPresent())) {
      return Optional.of(
          new SettingProblem(name, "%s is missing: write %s".formatted(name, description)));
    }
    try {
      return text.isBlank()
          ? Optional.empty()
          : wrong(text).map(wrong -> new SettingProblem(name, "%s is %s".formatted(name, wrong)));
    } catch (ArithmeticException e) {
      return Optional.of(
          new SettingProblem(name, "%s is \"%s\": %s".formatted(name, text, allowed())));
    } catch (IllegalArgumentException e) {
      String reason = String.valueOf(e.getMessage()).replace("\"" + text + "\" is ", "it is ");
      return Optional.of(
          new SettingProblem(name, "%s is \"%s\": %s".formatted(name, text, reason)));
    }
  }

  private Optional<String> wrong(String text) {
    return switch (type) {
      case TEXT -> Optional.empty();
      case PATH -> {
        Objects.requireNonNull(Path.of(text));
        yield Optional.empty();
      }
      case DURATION -> outside(text, Settings::parseDuration, Duration::compareTo);
      case BYTES -> outside(text, Settings::parseBytes, Long::compare);
    };
  }

  private <T> Optional<String> outside(
      String text, Function<String, T> parse, Comparator<T> order) {
    T value = parse.apply(text);
    return range
        .filter(
            allowed ->
                order.compare(value, parse.apply(allowed.least())) < 0
                    || order.compare(value, parse.apply(allowed.most())) > 0)
        .map(allowed -> "\"%s\": %s".formatted(text, allowed()));
  }

  private String allowed() {
    return range
        .map(allowed -> "it must be from %s to %s".formatted(allowed.least(), allowed.most()))
        .orElse("it is too large");
  }
}
