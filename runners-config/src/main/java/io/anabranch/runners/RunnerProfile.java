/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.runners;

import io.anabranch.api.UsageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * A name for a runner and the options it is best started with. A name that is no profile is taken
 * as a Beam runner's own, such as {@code DirectRunner} or {@code FlinkRunner}.
 */
public final class RunnerProfile {
  private static final Map<String, Map<String, String>> PROFILES =
      Map.of(
          "direct",
          Map.of(
              "runner", "DirectRunner",
              "enforceImmutability", "false", // checks for tests, at half of the speed
              "enforceEncodability", "false"),
          "flink-local",
          Map.of(
              "runner", "FlinkRunner",
              "flinkMaster", "[local]",
              "objectReuse", "true")); // elements are immutable; without it each step copies them

  /** Each step of an unbounded pipeline on Flink looks at its bundle about twice in this time. */
  private static final String BUNDLE_TIME = "maxBundleTimeMills";

  /** Beam's default is a fifth of that time: readers of a quiet log would do little else. */
  private static final String WATERMARK_INTERVAL = "autoWatermarkInterval";

  private static final long SHORTEST_BUNDLE_MILLIS = 10;
  private static final long LONGEST_BUNDLE_MILLIS = 500;

  /** A bundle may take a fifth of the time that a change may wait, within the limits above. */
  private static final int BUNDLES_A_REFRESH = 5;

  /**
   * On Flink, what ends a bundle is kept back where a checkpoint begins within it, and the
   * watermark overtakes it, unless this is set: contributions would be lost after a restore.
   */
  private static final String FINISH_BUNDLE = "--finishBundleBeforeCheckpointing=";

  /** Flink runs in this process; so it does with "[auto]", where nobody submits to a cluster. */
  private static final Set<String> LOCAL_MASTERS = Set.of("[local]", "[auto]");

  private final String name;
  private final Map<String, String> options;
  private final Duration refresh;

  private RunnerProfile(String name, Map<String, String> options, Duration refresh) {
    this.name = name;
    this.options = options;
    this.refresh = refresh;
  }

  /**
   * Looks up a profile.
   *
   * @param name {@code direct}, {@code flink-local} or the name of a Beam runner on the class path
   * @param options Beam pipeline options by name, without dashes; they win over the profile's
   */
  public static RunnerProfile of(String name, Map<String, String> options) {
    Map<String, String> merged = new LinkedHashMap<>();
    merged.putAll(PROFILES.getOrDefault(name, Map.of("runner", name)));
    merged.putAll(options);
    return new RunnerProfile(name, merged, Duration.ofMillis(500));
  }

  /**
   * Derives intervals of Flink, {@code maxBundleTimeMills} and {@code autoWatermarkInterval}, from
   * the time that a change may wait before an unbounded run stores it. The longer it is, the less a
   * run does that waits for events. Options that are given win. Default 500 ms.
   */
  public RunnerProfile refresh(Duration longest) {
    return new RunnerProfile(name, options, longest);
  }

  /**
   * Makes pipeline options.
   *
   * @param arguments further options as Beam spells them, {@code --name=value}; they win over all
   *     others
   * @throws UsageException if the runner is not known, or an option is not known or has a bad value
   */
  public PipelineOptions pipelineOptions(List<String> arguments) {
    Map<String, String> merged = new LinkedHashMap<>(options);
    List<String> others = new ArrayList<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (!argument.startsWith("--")) {
        throw new UsageException(
            "\"" + argument + "\" is no Beam option: each begins with two dashes, then name=value");
      }
      if (argument.startsWith("--runner=")) {
        throw new UsageException(
            "the runner is no option of Beam here: set runner.profile instead of %s"
                .formatted(argument.substring("--runner=".length())));
      }
      merged.remove(equals < 0 ? argument.substring(2) : argument.substring(2, equals));
      others.add(argument);
    }
    List<String> all = new ArrayList<>();
    merged.forEach((option, value) -> all.add("--" + option + "=" + value));
    all.addAll(others);
    try {
      PipelineOptions parsed = parse(all);
      if (!parsed.getRunner().getSimpleName().endsWith("FlinkRunner")) {
        return parsed;
      }
      if (all.contains(FINISH_BUNDLE + "false")) {
        throw new UsageException(
            "finishBundleBeforeCheckpointing is false: contributions would be lost after a restore, so leave it out");
      }
      all.add(FINISH_BUNDLE + "true");
      addDefault(all, BUNDLE_TIME, () -> String.valueOf(bundleMillis()));
      addDefault(all, WATERMARK_INTERVAL, () -> String.valueOf(bundleMillis()));
      addBuffers(all);
      return parse(all.stream().distinct().toList());
    } catch (IllegalArgumentException e) {
      throw new UsageException(explain(e), e);
    }
  }

  private long bundleMillis() {
    long millis = refresh.toMillis() / BUNDLES_A_REFRESH;
    return Math.max(SHORTEST_BUNDLE_MILLIS, Math.min(millis, LONGEST_BUNDLE_MILLIS));
  }

  private static void addBuffers(List<String> arguments) {
    int parallelism = valueOf(arguments, "parallelism").map(Integer::valueOf).orElse(1);
    boolean local = LOCAL_MASTERS.contains(valueOf(arguments, "flinkMaster").orElse("[auto]"));
    if (local && parallelism > LocalFlinkBuffers.ENOUGH_WITHOUT) {
      addDefault(
          arguments, "flinkConfDir", () -> LocalFlinkBuffers.configuration(parallelism).toString());
    }
  }

  private static void addDefault(List<String> arguments, String option, Supplier<String> value) {
    if (valueOf(arguments, option).isEmpty()) {
      arguments.add("--" + option + "=" + value.get());
    }
  }

  private static Optional<String> valueOf(List<String> arguments, String option) {
    String start = "--" + option + "=";
    return arguments.stream()
        .filter(each -> each.startsWith(start))
        .map(each -> each.substring(start.length()))
        .findFirst();
  }

  private static PipelineOptions parse(List<String> arguments) {
    return PipelineOptionsFactory.fromArgs(arguments.toArray(String[]::new))
        .withValidation()
        .as(PipelineOptions.class);
  }

  private String explain(IllegalArgumentException error) {
    String message = String.valueOf(error.getMessage());
    if (message.contains("Unknown 'runner'")) {
      return "runner \"%s\" is not known: use a profile (%s) or a Beam runner on the class path (%s)"
          .formatted(
              name,
              String.join(", ", PROFILES.keySet().stream().sorted().toList()),
              message.replaceAll("(?s).*supported pipeline runners \\[(.*?)\\].*", "$1"));
    }
    if (message.contains("Did you mean")) { // of an option that it knows
      return "runner \"%s\" has no such option: %s".formatted(name, message.replace("?.", "?"));
    }
    if (message.contains("missing a property")) {
      return "Beam finds no options of runner \"%s\": %s. If this is one jar of many, it lacks their merged META-INF/services (maven-shade-plugin: ServicesResourceTransformer)"
          .formatted(name, message);
    }
    return "Beam does not take the options of runner \"" + name + "\": " + message;
  }
}
