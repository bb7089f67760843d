/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of one new store, which is open during each test. */
abstract class OpenStore {
  @TempDir Path folder;
  Path file;
  TestStore store;

  @BeforeEach
  final void openStore() {
    file = folder.resolve("views.db");
    store = open(file);
  }

  /** Opens the store; with a clock or a timeout of its own where the test has one. */
  TestStore open(Path path) {
    return Stores.open(path);
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }
}
