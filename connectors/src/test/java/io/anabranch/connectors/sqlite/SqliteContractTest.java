/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.connectors.jdbc.JdbcStore;
import io.anabranch.contracts.store.ViewStoreContract;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/** The contract of stores, held by SQLite. */
class SqliteContractTest extends ViewStoreContract {
  @TempDir Path folder;

  @Override
  protected ViewStore open(Clock clock) {
    Database database =
        Database.open("jdbc:sqlite:" + folder.resolve("views.db"), Duration.ofSeconds(10));
    return new JdbcStore(database, new SqliteRows(database, clock), clock);
  }
}
