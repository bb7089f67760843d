/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.contracts.store.FaultInjectingStore;
import io.anabranch.contracts.store.SharedStore;
import java.nio.file.Path;
import java.util.Map;

/** A store in a file, which may die under a run, and be opened anew, as another process would. */
final class StoreFile implements AutoCloseable {
  private final Settings file;
  private Death death;
  private ViewStore store;
  private SharedStore shared;

  StoreFile(Path file) {
    this.file = new Settings(Map.of("url", "jdbc:sqlite:" + file));
    open();
  }

  private void open() {
    death = new Death();
    store = new FaultInjectingStore(ViewStores.open(file), death);
    shared = SharedStore.of(store);
  }

  /** Returns how pipelines open it. */
  Settings settings() {
    return shared.settings();
  }

  ViewStore store() {
    return store;
  }

  /** Lets it die when rows or dead letters are written for the so many-th time from now on. */
  void dieAt(int write) {
    death.at(write);
  }

  /** Lets it live from now on, unless it has died. */
  void live() {
    death.never();
  }

  boolean isDead() {
    return death.isDone();
  }

  /** What used it until now never comes through again if it has died. */
  void reopen() {
    close();
    open();
  }

  @Override
  public void close() {
    shared.close();
    store.close();
  }
}
