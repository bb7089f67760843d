/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.contracts.store.ViewStoreContract;
import io.anabranch.testing.server.PostgresServer;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of stores, held by PostgreSQL. */
class PostgresContractTest extends ViewStoreContract {
  private static PostgresServer server;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void closeServer() {
    server.close();
  }

  @Override
  protected ViewStore open(Clock clock) {
    return PostgresStoreProvider.open(new Settings(Map.of("url", server.newDatabase())), clock);
  }
}
