/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.connectors.jdbc.JdbcStore;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFullTest {
  private static final int ROWS = 50_000;

  /** Pages of 4 KiB; the tables need about 50, the load 1,000. */
  private static final int MOST_PAGES = 400;

  @TempDir Path folder;

  @Test
  void loadThatDoesNotFitLeavesWhatWasThereAndSucceedsOnceThereIsSpace() {
    Path file = folder.resolve("views.db");
    OpenSlice slice;
    try (TestStore store = open("jdbc:sqlite:" + file + "?max_page_count=" + MOST_PAGES)) {
      Stores.batch(store, 3, row(3, 0, "a", 7));
      OpenSlice full =
          store.openBatch(store.beginRun("batch"), Stores.ref(VIEW, 1), new EpochRange(3, 5));

      StoreException problem =
          assertThrows(StoreException.class, () -> store.store().rows().fill(full.fence(), rows()));

      assertThat(problem.code(), is(StoreException.Code.FULL));
      assertThat(Stores.read(store), contains("batch 0 a=7"));
      slice = full;
    }

    try (TestStore store = Stores.open(file)) {
      store.store().rows().fill(slice.fence(), rows());
      store.publish(List.of(slice));
      assertThat(Stores.read(store), hasSize(ROWS + 1));
    }
  }

  private static List<StoredRow> rows() {
    List<StoredRow> rows = new ArrayList<>();
    for (int key = 0; key < ROWS; key++) {
      rows.add(row(5, 0, "/a/page/of/the/site/" + key, key));
    }
    return rows;
  }

  private static TestStore open(String url) {
    Clock clock = Clock.systemUTC();
    Database database = Database.open(url, Duration.ofSeconds(10));
    return new TestStore(new JdbcStore(database, new SqliteRows(database, clock), clock), clock);
  }
}
