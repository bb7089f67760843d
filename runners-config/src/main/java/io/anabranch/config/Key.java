/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The keys that are the same whichever connectors are used. {@code docs/configuration.md} has a row
 * for each, which is tested.
 */
enum Key {
  APPLICATION("application", null, "application: io.anabranch.examples.web.WebAnalytics"),
  ARCHITECTURE("architecture", null, "architecture: lambda"),
  RUNNER_PROFILE("runner.profile", "direct", "runner: { profile: flink-local }"),
  RUNNER_OPTIONS("runner.options", "{}", "runner: { options: { parallelism: 2 } }"),
  LOG_KIND("log.kind", "files", "log: { kind: files }"),
  STORE_URL("store.url", null, "store: { url: \"jdbc:sqlite:data/views.db\" }"),
  SPEED_REFRESH("speed.refresh", "1s", "speed: { refresh: 1s }"),
  PROMOTION_ROWS("promotion.maxDifferingRows", "0%", "promotion: { maxDifferingRows: 0.1% }"),
  PROMOTION_EQUAL("promotion.equalWithin", "0%", "promotion: { equalWithin: 1% }"),
  PROMOTION_VIEWS(
      "promotion.views", "{}", "promotion: { views: { visitors: { equalWithin: 1% } } }"),
  ERRORS_MOST("errors.most", "1000", "errors: { most: 1000 }");

  /** The smallest configuration that works. */
  static final String MINIMAL =
      String.join(
          "\n",
          APPLICATION.example,
          ARCHITECTURE.example,
          "log: { kind: files, path: data/log }",
          STORE_URL.example);

  private final String path;
  private final String otherwise;
  private final String example;

  Key(String path, String otherwise, String example) {
    this.path = path;
    this.otherwise = otherwise;
    this.example = example;
  }

  /** Returns the name with its sections, such as {@code log.kind}. */
  String path() {
    return path;
  }

  /** Returns the default as text; nothing if the key is required. */
  Optional<String> otherwise() {
    return Optional.ofNullable(otherwise);
  }

  String example() {
    return example;
  }

  /** Returns the section, or an empty text at the top level. */
  String section() {
    return path.substring(0, Math.max(0, path.indexOf('.')));
  }

  /** Returns the name within the section. */
  String leaf() {
    return path.substring(path.indexOf('.') + 1);
  }

  /** Returns the names within a section, or at the top level (sections too) for an empty text. */
  static Set<String> namesIn(String section) {
    return Arrays.stream(values())
        .filter(key -> section.isEmpty() || key.section().equals(section))
        .map(key -> section.isEmpty() && !key.section().isEmpty() ? key.section() : key.leaf())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Returns whether a path is a map: a section, the options of the runner, or by view. */
  static boolean isMap(String path) {
    return path.equals(RUNNER_OPTIONS.path)
        || path.equals(PROMOTION_VIEWS.path)
        || path.matches(PROMOTION_VIEWS.path + "\\.[^.]+")
        || Arrays.stream(values()).anyMatch(key -> key.section().equals(path) && !path.isEmpty());
  }

  /** Returns an example of a section. */
  static String exampleOf(String section) {
    return Arrays.stream(values())
        .filter(key -> key.section().equals(section))
        .map(Key::example)
        .findFirst()
        .orElseThrow();
  }
}
