/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.api.Epochs.NONE;
import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.api.spi.row.RowDifferences.Row;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReconciliationsTest extends OpenStore {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00.123Z");
  private static final RowDifferences TWO =
      new RowDifferences(
          1_000,
          2,
          1,
          1,
          0.1 + 0.2,
          List.of(
              new Row(Instant.EPOCH.minusMillis(1), "it's", Optional.of("9"), Optional.empty()),
              new Row(NOW, "", Optional.empty(), Optional.of("")),
              new Row(NOW, "b", Optional.of("1"), Optional.of("2"))));

  @Test
  void lastOneIsFoundAsItWasReported() {
    Stores.batch(store, 5);
    assertThat(last(VIEW), is(Optional.empty()));
    Reconciliation first =
        new Reconciliation(VIEW, 1, new EpochRange(NONE, 5), NOW, TWO, Optional.empty());
    Reconciliation second =
        new Reconciliation(
            VIEW,
            2,
            new EpochRange(-7, -5),
            NOW.minusSeconds(9), // told last, whatever the clocks say
            RowDifferences.NONE,
            Optional.of("the definition changed"));

    store.record(first);
    assertThat(last(VIEW), is(Optional.of(first)));
    store.record(second);
    assertThat(last(VIEW), is(Optional.of(second)));
  }

  @Test
  void eachViewHasItsOwn() {
    Stores.batch(store, 5);
    store.openStream(store.beginRun("speed"), ref("other", 1), Architecture.LAMBDA);
    store.record(reconciliation("other", 3));
    store.record(reconciliation(VIEW, 4));

    assertThat(last("other"), is(Optional.of(reconciliation("other", 3))));
    assertThat(last(VIEW), is(Optional.of(reconciliation(VIEW, 4))));
  }

  @Test
  void lastHundredOfEachViewAreKeptWithTheirRows() throws Exception {
    store.record(reconciliation("other", 1));
    store.record(reconciliation("zebra", 1));
    for (int run = 1; run <= 103; run++) {
      store.record(reconciliation(VIEW, run));
    }

    assertThat(count("anabranch_reconciliation WHERE view = 'views'"), is(100L));
    assertThat(count("anabranch_reconciliation WHERE view = 'views' AND run <= 3"), is(0L));
    assertThat(count("anabranch_reconciliation WHERE view = 'other'"), is(1L));
    assertThat(count("anabranch_reconciliation WHERE view = 'zebra'"), is(1L));
    assertThat(count("anabranch_reconciliation_row"), is(102L * TWO.worst().size()));
    assertThat(
        count(
            "anabranch_reconciliation_row WHERE reconciliation NOT IN"
                + " (SELECT reconciliation FROM anabranch_reconciliation)"),
        is(0L));
  }

  private static Reconciliation reconciliation(String view, long run) {
    return new Reconciliation(view, run, new EpochRange(NONE, 5), NOW, TWO, Optional.empty());
  }

  private Optional<Reconciliation> last(String view) {
    return store.status().stream()
        .filter(status -> status.state().view().equals(view))
        .findFirst()
        .orElseThrow()
        .reconciliation();
  }

  private long count(String from) throws Exception {
    return Stores.number(folder.resolve("views.db"), "SELECT COUNT(*) FROM " + from);
  }
}
