/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.anabranch.api.UserException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/**
 * Pooled connections to one database, and transactions on them. All users of one URL in a process
 * share a pool; the last one to close it ends it.
 */
final class Database implements AutoCloseable {
  private static final int CONNECTIONS = 4;
  private static final Map<String, Database> OPEN = new HashMap<>();

  private final String url;
  private final Duration timeout;
  private final HikariDataSource pool;
  private int users;

  private Database(String url, Duration timeout, HikariDataSource pool) {
    this.url = url;
    this.timeout = timeout;
    this.pool = pool;
  }

  /** Opens the database, and creates or checks its schema if this process has not done so. */
  static Database open(String url, Duration timeout) {
    synchronized (OPEN) {
      Database database = OPEN.get(url);
      if (database == null) {
        database = new Database(url, timeout, pool(url, timeout));
        try {
          Schema.createOrCheck(database);
        } catch (RuntimeException e) {
          database.pool.close();
          throw e;
        }
        OPEN.put(url, database);
      }
      database.users++;
      return database;
    }
  }

  private static HikariDataSource pool(String url, Duration timeout) {
    SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setJournalMode(SQLiteConfig.JournalMode.WAL);
    sqlite.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    sqlite.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    sqlite.setBusyTimeout(Math.toIntExact(timeout.toMillis()));
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setDataSourceProperties(sqlite.toProperties());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(Math.max(1_000, timeout.toMillis() * 2));
    config.setInitializationFailTimeout(1);
    config.setPoolName("anabranch-store");
    try {
      return new HikariDataSource(config);
    } catch (PoolInitializationException e) {
      throw explain(
          url, timeout, e.getCause() instanceof SQLException sql ? sql : new SQLException(e));
    }
  }

  /** Runs one reading statement, without a transaction of its own. */
  <T> T read(Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      return work.on(connection);
    } catch (SQLException e) {
      throw explain(url, timeout, e);
    }
  }

  /** Runs a writing transaction: all of the work, or on any error none. */
  <T> T write(Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    } catch (SQLException e) {
      throw explain(url, timeout, e);
    }
  }

  @Override
  public void close() {
    synchronized (OPEN) {
      if (--users == 0) {
        OPEN.remove(url);
        pool.close();
      }
    }
  }

  private static UserException explain(String url, Duration timeout, SQLException error) {
    int code = error.getErrorCode() & 0xff; // the primary code of SQLite's extended ones
    if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
      return new UserException(
          "the store "
              + url
              + " is locked by another process, for longer than store.timeout ("
              + timeout.toMillis()
              + "ms): end that process or raise store.timeout, and try again",
          error);
    }
    if (code == SQLiteErrorCode.SQLITE_NOTADB.code) {
      return new UserException(
          "the store " + url + " is a file that is no SQLite database: name another in store.url",
          error);
    }
    return new UserException("the store " + url + " failed: " + error.getMessage(), error);
  }

  /** Work on a connection. */
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }
}
