/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.Catalog;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads in this process what runs in other processes store; cheaper than a command each time. */
final class Served {
  private final Path file;

  Served(Path folder) {
    this.file = folder.resolve("views.db");
  }

  /** Returns key and bucket of each row of a view with its value, none before the first run. */
  Map<String, Object> rows(String view) {
    Map<String, Object> rows = new TreeMap<>();
    for (Row<?, ?> row : read(view)) {
      rows.put(
          IndependentCount.row((String) row.key(), row.bucket().orElseThrow().start()),
          row.value());
    }
    return rows;
  }

  /** Returns whether some row of a view is of the speed layer. */
  boolean hasSpeedRows(String view) {
    return read(view).stream().anyMatch(row -> row.speed().isPresent());
  }

  private List<? extends Row<?, ?>> read(String view) {
    if (!Files.exists(file)) {
      return List.of();
    }
    ViewDefinition<?, ?, ?, ?, ?> definition = LoadedApplication.of(new WebAnalytics()).view(view);
    try (ViewStore store = ViewStores.open(new Settings(Map.of("url", "jdbc:sqlite:" + file)))) {
      return new Catalog(store.catalog()).live(view).isEmpty()
          ? List.of()
          : ViewReader.of(store, definition).read(Query.all()).rows();
    }
  }
}
