/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.ViewStore;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store object of this process that pipelines open by {@link #settings}, as workers open stores.
 * So a test may let them meet a store that fails, or look at what they do to one. Closing what was
 * opened leaves the store open; closing this makes it unknown.
 */
public final class SharedStore implements AutoCloseable {
  static final String SCHEME = "shared:";
  private static final Map<String, ViewStore> STORES = new ConcurrentHashMap<>();

  private final String url = SCHEME + UUID.randomUUID();

  private SharedStore(ViewStore store) {
    STORES.put(url, store);
  }

  /** Lets pipelines of this process open a store. */
  public static SharedStore of(ViewStore store) {
    return new SharedStore(store);
  }

  /** Returns the settings by which it is opened. */
  public Settings settings() {
    return new Settings(Map.of("url", url));
  }

  static Optional<ViewStore> find(String url) {
    return Optional.ofNullable(STORES.get(url));
  }

  @Override
  public void close() {
    STORES.remove(url);
  }
}
