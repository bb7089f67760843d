/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Transactions on one database. Errors are {@link io.anabranch.api.spi.store.StoreException}s. */
public interface Transactions extends AutoCloseable {
  /** Runs one statement, without a transaction around it. */
  <T> T read(Work<T> work);

  /**
   * Runs a writing transaction: all of the work, or on any error none. No other writing transaction
   * runs until it ends.
   */
  <T> T write(Work<T> work);

  /** Begins a transaction that reads one state of the database, until it is closed. */
  Reading begin();

  @Override
  void close();

  /** A transaction that reads one state of the database. */
  interface Reading extends AutoCloseable {
    /** Runs a statement in it. */
    <T> T read(Work<T> work);

    @Override
    void close();
  }

  /** Work on a connection. */
  @FunctionalInterface
  interface Work<T> {
    /** Works. */
    T on(Connection connection) throws SQLException;
  }
}
