/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
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
  private final Lock writing = new ReentrantLock(true);
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
    sqlite.setBusyTimeout(Math.toIntExact(timeout.toMillis()));
    try (Connection first = sqlite.createConnection(url)) { // fails at once, and with the cause
      first.isValid(0);
    } catch (SQLException e) {
      throw explain(url, timeout, e);
    }
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setDataSourceProperties(sqlite.toProperties());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(Math.max(1_000, timeout.toMillis() * 2));
    config.setInitializationFailTimeout(-1);
    config.setPoolName("anabranch-store");
    return new HikariDataSource(config);
  }

  /** Runs one statement, without a transaction around it. */
  <T> T read(Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      return work.on(connection);
    } catch (SQLException e) {
      throw explain(url, timeout, e);
    }
  }

  /** Runs several reading statements on one state of the database. */
  <T> T snapshot(Work<T> work) {
    return read(connection -> transaction(connection, "BEGIN", work));
  }

  /**
   * Runs a writing transaction: all of the work, or on any error none. Threads of this process wait
   * for each other in line; the timeout is for other processes.
   */
  <T> T write(Work<T> work) {
    writing.lock();
    try {
      return read(connection -> transaction(connection, "BEGIN IMMEDIATE", work));
    } finally {
      writing.unlock();
    }
  }

  /**
   * Begins and ends in SQL: the driver's {@code commit()} and {@code rollback()} begin the next
   * transaction at once, and fail if another process writes then; and if its {@code
   * setAutoCommit(false)} finds the database locked, the pooled connection is left believing that
   * it has a transaction.
   */
  private <T> T transaction(Connection connection, String begin, Work<T> work) throws SQLException {
    Sql.update(connection, begin);
    boolean committed = false;
    try {
      T result = work.on(connection);
      Sql.update(connection, "COMMIT");
      committed = true;
      return result;
    } finally {
      if (!committed) {
        rollBack(connection);
      }
    }
  }

  private void rollBack(Connection connection) {
    try {
      Sql.update(connection, "ROLLBACK");
    } catch (SQLException e) { // the error that led here says more; nobody gets this connection
      pool.evictConnection(connection);
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
    int code = code(error);
    if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
      return new StoreUnavailableException(
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

  /** The primary code of SQLite's extended ones; the pool wraps errors of new connections. */
  private static int code(SQLException error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getErrorCode() != 0) {
        return sql.getErrorCode() & 0xff;
      }
    }
    return 0;
  }

  /** Work on a connection. */
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }
}
