/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.demo;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.cli.session.Connections;
import io.anabranch.config.Configuration;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All answers of two stores, row by row. */
final class Comparison {
  private static final int SHOWN = 5;

  private final List<ViewResult> results;
  private final long leftDeadLetters;
  private final long rightDeadLetters;

  private Comparison(List<ViewResult> results, long leftDeadLetters, long rightDeadLetters) {
    this.results = results;
    this.leftDeadLetters = leftDeadLetters;
    this.rightDeadLetters = rightDeadLetters;
  }

  /** What became of one view. */
  private record ViewResult(String view, long rows, List<String> differences) {}

  static Comparison of(LoadedApplication<?> application, Configuration left, Configuration right) {
    List<ViewResult> results = new ArrayList<>();
    try (ViewStore leftStore = Connections.existingStore(left);
        ViewStore rightStore = Connections.existingStore(right)) {
      for (ViewDefinition<?, ?, ?, ?, ?> view : application.views()) {
        results.add(compare(view.name(), rows(leftStore, view), rows(rightStore, view)));
      }
      return new Comparison(
          results, new DeadLetters(leftStore).faults(), new DeadLetters(rightStore).faults());
    }
  }

  private static <K, O> Map<String, Object> rows(
      ViewStore store, ViewDefinition<?, K, ?, ?, O> view) {
    Map<String, Object> rows = new HashMap<>();
    for (Row<K, O> row : ViewReader.of(store, view).read(Query.all()).rows()) {
      rows.put(row.bucket().orElseThrow().start() + " " + row.key(), row.value());
    }
    return rows;
  }

  private static ViewResult compare(
      String view, Map<String, Object> left, Map<String, Object> right) {
    TreeSet<String> keys = new TreeSet<>(left.keySet());
    keys.addAll(right.keySet());
    List<String> differences = new ArrayList<>();
    for (String key : keys) {
      Object one = left.get(key);
      Object other = right.get(key);
      if (one == null || !one.equals(other)) {
        differences.add(
            "%s: %s against %s"
                .formatted(key, one == null ? "nothing" : one, other == null ? "nothing" : other));
      }
    }
    return new ViewResult(view, keys.size(), differences);
  }

  long differences() {
    return results.stream().mapToLong(result -> result.differences().size()).sum();
  }

  long deadLetters() {
    return leftDeadLetters;
  }

  boolean deadLettersOnBothSides(long expected) {
    return leftDeadLetters == expected && rightDeadLetters == expected;
  }

  void print(PrintWriter out) {
    for (ViewResult result : results) {
      out.printf(
          "%-12s %,7d rows, %,d different%n",
          result.view(), result.rows(), result.differences().size());
      result.differences().stream().limit(SHOWN).forEach(each -> out.printf("  %s%n", each));
    }
  }
}
