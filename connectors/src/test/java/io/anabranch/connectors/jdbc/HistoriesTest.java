/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.spi.GarbageRules;
import io.anabranch.api.spi.ViewStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random runs of batch, speed, compaction and collection of garbage, of two definitions, against a
 * model of what readers may see; see {@link StoreHistory}.
 */
class HistoriesTest {
  private static final int HISTORIES = 200;

  @TempDir Path folder;

  @Test
  void readersSeeWhatTheModelSays() throws Exception {
    Path file = folder.resolve("views.db");
    Map<String, Integer> done = new TreeMap<>();
    try (ViewStore store = Stores.open(file, new TestClock());
        Connection people = Stores.plain(file)) {
      for (long seed = 0; seed < HISTORIES; seed++) {
        new StoreHistory(store, people, seed)
            .run()
            .forEach((step, n) -> done.merge(step, n, Integer::sum));
        // so that what the next history counts as garbage is its own
        store.collectGarbage(new GarbageRules(Duration.ZERO, Duration.ZERO, false));
      }
    }

    for (String step : StoreHistory.STEPS) {
      assertThat(done + ": " + step + " was allowed", done.getOrDefault(step, 0), greaterThan(15));
    }
    for (String step : StoreHistory.REFUSABLE) {
      String refused = step + ", refused";
      assertThat(done + ": " + refused, done.getOrDefault(refused, 0), greaterThan(2));
    }
    assertThat("kinds of steps", StoreHistory.STEPS.containsAll(StoreHistory.REFUSABLE), is(true));
  }
}
