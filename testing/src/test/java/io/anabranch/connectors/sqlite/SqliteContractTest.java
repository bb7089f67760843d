/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.api.spi.store.Storage;
import io.anabranch.testing.store.ViewStoreContract;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/** The contract of stores, held by SQLite. */
class SqliteContractTest extends ViewStoreContract {
  @TempDir Path folder;

  @Override
  protected Storage open(Clock clock) {
    Database database =
        Database.open("jdbc:sqlite:" + folder.resolve("views.db"), Duration.ofSeconds(10));
    return new SqliteStorage(database, clock);
  }
}
