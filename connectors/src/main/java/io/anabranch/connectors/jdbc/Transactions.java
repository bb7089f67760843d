/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Transactions on one database. Errors are {@link io.anabranch.api.spi.store.StoreException}s. */
public interface Transactions extends AutoCloseable {
  /** Runs one statement, without a transaction around it. */
  <T> T read(Work<T> work);

  /**
   * Runs a writing transaction: all of the work, or on any error none. Where others run beside it,
   * {@link #lock} and {@link #share} keep them apart.
   */
  <T> T write(Work<T> work);

  /**
   * Waits until nobody shares or locks a thing, and keeps others from it until the transaction
   * ends. Those who come later wait in line. Whoever takes several things takes fences first, in
   * the order of their numbers. A database that runs one writing transaction at a time has nothing
   * to do.
   */
  default void lock(Connection connection, Thing thing) throws SQLException {}

  /** Shares a thing, which nobody {@linkplain #lock locks}, until the transaction ends. */
  default void share(Connection connection, Thing thing) throws SQLException {}

  /**
   * What transactions lock.
   *
   * @param kind what it is
   * @param name its name among those of its kind
   */
  record Thing(String kind, String name) {
    /** The document of a view; it comes before all fences. */
    static Thing view(String name) {
      return new Thing("view", name);
    }

    /** The right to write to a row set, and its progress. */
    public static Thing fence(long rows) {
      return new Thing("fence", Long.toString(rows));
    }

    /** Whether a run is suspended. */
    public static Thing run(long run) {
      return new Thing("run", Long.toString(run));
    }

    /** What was read for a row set. */
    static Thing reading(long rows) {
      return new Thing("reading", Long.toString(rows));
    }

    /** What is known of a log. */
    static Thing log(String id) {
      return new Thing("log", id);
    }
  }

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
