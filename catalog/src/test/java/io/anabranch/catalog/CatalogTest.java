/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogChange;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.Trash;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private final List<Long> waits = new ArrayList<>();

  /** Others are always faster. */
  private static final class LosingStore implements CatalogStore {
    @Override
    public boolean commit(List<CatalogChange> changes, Map<Long, Long> basedOn) {
      return false;
    }

    @Override
    public long nextId(IdKind kind) {
      return 1;
    }

    @Override
    public Snapshot snapshot() {
      return new EmptySnapshot();
    }
  }

  private static final class EmptySnapshot implements Snapshot {
    @Override
    public CatalogState catalog(Collection<String> views) {
      return new CatalogState(Map.of(), Map.of(), Map.of());
    }

    @Override
    public void scan(List<SliceRange> slices, ObjIntConsumer<StoredRow> rows) {}

    @Override
    public SliceStats stats(SliceRange slice) {
      return SliceStats.EMPTY;
    }

    @Override
    public List<EpochContent> contents(List<SliceRange> slices) {
      return List.of();
    }

    @Override
    public void close() {}
  }

  @Test
  void givesUpAfterFiftyLostRacesWithGrowingWaits() {
    Catalog catalog = new Catalog(new LosingStore(), Clock.systemUTC(), waits::add);

    CatalogException lost =
        assertThrows(
            CatalogException.class,
            () ->
                catalog.apply(
                    "promote",
                    List.of("a"),
                    (view, context) ->
                        view.withTrash(
                            List.of(
                                new Trash(
                                    new SliceRange(1, new EpochRange(1, 2)), Instant.EPOCH)))));

    assertThat(lost.code(), is(Code.TOO_MANY_CONFLICTS));
    assertThat(lost.getMessage(), containsString("50 times while this one tried to promote"));
    assertThat(waits.size(), is(50));
    assertThat(waits.get(40), greaterThan(waits.get(0)));
  }

  @Test
  void commitsNothingIfNothingChanges() {
    Catalog catalog = new Catalog(new LosingStore(), Clock.systemUTC(), waits::add);

    catalog.apply("look", List.of("a"), (view, context) -> view);

    assertThat(waits.size(), is(0));
  }
}
