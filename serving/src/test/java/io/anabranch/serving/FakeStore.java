/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.DeadLetterStore;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.ProgressStore;
import io.anabranch.api.spi.store.ReportStore;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.contracts.store.InMemoryStore;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/** An empty store that hands each query for rows to a test. */
record FakeStore(InMemoryStore empty, Consumer<RowQuery> queries) implements ViewStore {
  FakeStore(Consumer<RowQuery> queries) {
    this(new InMemoryStore(Clock.systemUTC()), queries);
  }

  @Override
  public CatalogStore catalog() {
    return empty.catalog();
  }

  @Override
  public RowStore rows() {
    return new RowStore() {
      @Override
      public Optional<LiveHead> readLive(RowQuery query, Consumer<LiveRow> rows) {
        queries.accept(query);
        return Optional.empty();
      }

      @Override
      public void write(Fence fence, Collection<StoredRow> rows, Suspension suspension) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void fill(Fence fence, Collection<StoredRow> rows) {
        throw new UnsupportedOperationException();
      }

      @Override
      public long delete(long rows, EpochRange epochs, int most) {
        throw new UnsupportedOperationException();
      }
    };
  }

  @Override
  public ProgressStore progress() {
    return empty.progress();
  }

  @Override
  public DeadLetterStore deadLetters() {
    return empty.deadLetters();
  }

  @Override
  public ReportStore reports() {
    return empty.reports();
  }

  @Override
  public void close() {
    empty.close();
  }
}
