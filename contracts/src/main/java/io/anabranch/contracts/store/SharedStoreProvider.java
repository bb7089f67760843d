/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.DeadLetterStore;
import io.anabranch.api.spi.store.ProgressStore;
import io.anabranch.api.spi.store.ReportStore;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStoreProvider;
import java.util.List;

/** Opens a {@link SharedStore}. */
public final class SharedStoreProvider implements ViewStoreProvider {
  @Override
  public String scheme() {
    return SharedStore.SCHEME;
  }

  @Override
  public List<Setting> settings() {
    return List.of();
  }

  @Override
  public boolean exists(Settings settings) {
    return SharedStore.find(url(settings)).isPresent();
  }

  @Override
  public ViewStore open(Settings settings) {
    String url = url(settings);
    return SharedStore.find(url)
        .map(Opened::new)
        .orElseThrow(() -> new StoreException(Code.FAILED, "no store is shared as " + url));
  }

  private static String url(Settings settings) {
    return settings.get("url").orElseThrow();
  }

  /** The store, whose owner closes it. */
  private record Opened(ViewStore store) implements ViewStore {
    @Override
    public CatalogStore catalog() {
      return store.catalog();
    }

    @Override
    public RowStore rows() {
      return store.rows();
    }

    @Override
    public ProgressStore progress() {
      return store.progress();
    }

    @Override
    public DeadLetterStore deadLetters() {
      return store.deadLetters();
    }

    @Override
    public ReportStore reports() {
      return store.reports();
    }

    @Override
    public void close() {}
  }
}
