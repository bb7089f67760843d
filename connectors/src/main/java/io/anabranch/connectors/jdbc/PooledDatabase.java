/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.anabranch.api.spi.store.StoreException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;

/** Transactions on pooled connections to one database. */
public abstract class PooledDatabase implements Transactions {
  private static final int CONNECTIONS = 8;

  private final HikariDataSource pool;

  /** Takes the pool, which ends with the database. */
  protected PooledDatabase(HikariDataSource pool) {
    this.pool = pool;
  }

  /**
   * Makes a pool, after a first connection, which fails at once and with its cause.
   *
   * @param properties of the driver
   * @param patience how long a thread may wait for a connection
   * @param more sets what the database needs besides
   */
  protected static HikariDataSource pool(
      String url, Properties properties, Duration patience, Consumer<HikariConfig> more)
      throws SQLException {
    try (Connection first = DriverManager.getConnection(url, properties)) {
      first.isValid(0);
    }
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setDataSourceProperties(properties);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(Math.max(1_000, patience.toMillis()));
    config.setInitializationFailTimeout(-1);
    config.setPoolName("anabranch-store");
    more.accept(config);
    return new HikariDataSource(config);
  }

  /** Returns what an error of the database means. */
  protected abstract StoreException explain(SQLException error);

  /** Begins a transaction that writes. */
  protected abstract void beginWriting(Connection connection) throws SQLException;

  /** Begins a transaction that reads one state of the database. */
  protected abstract void beginReading(Connection connection) throws SQLException;

  /** Commits the transaction. */
  protected abstract void commit(Connection connection) throws SQLException;

  /** Gives up the transaction. */
  protected abstract void rollBack(Connection connection) throws SQLException;

  /** Makes the tables, or checks those that are there; without them the pool ends. */
  protected final void createOrCheck(Schema schema) {
    try {
      schema.createOrCheck(this);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  @Override
  public final <T> T read(Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      return work.on(connection);
    } catch (SQLException e) {
      throw explain(e);
    }
  }

  @Override
  public <T> T write(Work<T> work) {
    return read(
        connection -> {
          beginWriting(connection);
          boolean committed = false;
          try {
            T result = work.on(connection);
            commit(connection);
            committed = true;
            return result;
          } finally {
            if (!committed) {
              giveUp(connection);
            }
          }
        });
  }

  private void giveUp(Connection connection) {
    try {
      rollBack(connection);
    } catch (SQLException e) { // the error that led here says more; nobody gets this connection
      pool.evictConnection(connection);
    }
  }

  @Override
  public final Reading begin() {
    try {
      Connection connection = pool.getConnection();
      try {
        beginReading(connection);
        return new OpenReading(connection);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw explain(e);
    }
  }

  /** A transaction that reads one state of the database. */
  private final class OpenReading implements Reading {
    private final Connection connection;

    private OpenReading(Connection connection) {
      this.connection = connection;
    }

    @Override
    public <T> T read(Work<T> work) {
      try {
        return work.on(connection);
      } catch (SQLException e) {
        throw explain(e);
      }
    }

    @Override
    public void close() {
      giveUp(connection);
      try {
        connection.close();
      } catch (SQLException e) {
        throw explain(e);
      }
    }
  }

  /** Ends the connections. */
  protected final void end() {
    pool.close();
  }
}
