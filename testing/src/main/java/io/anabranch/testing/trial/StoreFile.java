/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.trial;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.ViewStores;
import java.nio.file.Path;
import java.util.Map;

/** A store in a file, which may be opened anew, as another process would. */
final class StoreFile implements AutoCloseable {
  private final String url;
  private ViewStore store;

  StoreFile(Path file) {
    this.url = DyingStoreProvider.SCHEME + "jdbc:sqlite:" + file;
    this.store = ViewStores.open(settings());
  }

  String url() {
    return url;
  }

  Settings settings() {
    return new Settings(Map.of("url", url));
  }

  ViewStore store() {
    return store;
  }

  void reopen() {
    store.close();
    store = ViewStores.open(settings());
  }

  @Override
  public void close() {
    store.close();
  }
}
