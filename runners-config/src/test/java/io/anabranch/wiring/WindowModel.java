/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Answer;
import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import io.anabranch.wiring.PurchaseWindows.Row;
import io.anabranch.wiring.Purchases.Purchase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a windowed view must say of the purchases that its layers have read. */
final class WindowModel {
  private final Epochs epochs;
  private final ViewDefinition<Purchase, String, ?, ?, Long> view;
  private final Timeliness timeliness;
  private final long wholeThrough;

  /**
   * The model of a view.
   *
   * @param wholeThrough the last epoch of the run that began its batch version
   */
  WindowModel(Epochs epochs, ViewDefinition<Purchase, String, ?, ?, Long> view, long wholeThrough) {
    this.epochs = epochs;
    this.view = view;
    this.timeliness = view.timeliness().orElseThrow();
    this.wholeThrough = wholeThrough;
  }

  /**
   * Compares every row, and how many events are removed.
   *
   * @param complete the last epoch that is complete in the layers
   * @param seen what any run of the view has read
   */
  void check(String scenario, ViewStore store, long complete, List<World.Entry> seen) {
    List<Purchase> counted = new ArrayList<>();
    long late = 0;
    for (World.Entry entry : seen) {
      boolean counts = counts(entry);
      if (counts && entry.epoch() <= complete && !entry.purchase().isRefusedBy(view.name())) {
        counted.add(entry.purchase());
      }
      late += counts ? 0 : 1;
    }
    Map<Row, Long> expected = new TreeMap<>();
    PurchaseWindows.rows(view.name(), counted)
        .forEach(
            (row, value) -> {
              if (timeliness.completeWith(epochs, row.end().toEpochMilli()) <= complete) {
                expected.put(row, value);
              }
            });
    Answer<String, Long> answer = ViewReader.of(store, view).read(Query.all());
    assertThat(scenario, differences(expected, answer), empty());
    assertThat(
        scenario + ", events that did not come in time",
        answer.provenance().lateEvents(),
        is(late));
  }

  /** Returns whether a purchase is given to the view. */
  boolean counts(World.Entry entry) {
    long time = entry.purchase().time().toEpochMilli();
    return timeliness.isOnTime(epochs, entry.epoch(), time)
        || (entry.epoch() <= wholeThrough
            && time <= timeliness.countedInThrough(epochs, wholeThrough));
  }

  private static List<String> differences(Map<Row, Long> expected, Answer<String, Long> answer) {
    Map<Row, Long> actual = new TreeMap<>();
    List<String> differences = new ArrayList<>();
    for (Answer.Row<String, Long> each : answer.rows()) {
      Row row =
          new Row(
              each.bucket().orElseThrow().start(), each.bucket().orElseThrow().end(), each.key());
      if (actual.put(row, each.value()) != null) {
        differences.add("two rows for " + row);
      }
    }
    TreeSet<Row> rows = new TreeSet<>(expected.keySet());
    rows.addAll(actual.keySet());
    for (Row row : rows) {
      if (!java.util.Objects.equals(expected.get(row), actual.get(row))) {
        differences.add(row + ": " + actual.get(row) + " instead of " + expected.get(row));
      }
    }
    return differences;
  }
}
