/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import com.zaxxer.hikari.HikariDataSource;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.connectors.jdbc.OpenDatabases;
import io.anabranch.connectors.jdbc.PooledDatabase;
import io.anabranch.connectors.jdbc.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/** Pooled connections to one database, and transactions on them, of which one writes at a time. */
final class Database extends PooledDatabase {
  private static final int MOST_KEPT = 20;
  private static final IdentityHashMap<SQLiteConnection, Map<String, PreparedStatement>> KEPT =
      new IdentityHashMap<>();
  private static final OpenDatabases<Database> OPEN = new OpenDatabases<>();

  private final String url;
  private final Duration timeout;
  private final Lock writing = new ReentrantLock(true);

  private Database(String url, Duration timeout, HikariDataSource pool) {
    super(pool);
    this.url = url;
    this.timeout = timeout;
  }

  /** Opens the database, and creates or checks its schema if this process has not done so. */
  static Database open(String url, Duration timeout) {
    return OPEN.open(
        url,
        () -> {
          Database database = new Database(url, timeout, pool(url, timeout));
          database.createOrCheck(new SqliteSchema());
          return database;
        });
  }

  private static HikariDataSource pool(String url, Duration timeout) {
    SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setJournalMode(SQLiteConfig.JournalMode.WAL);
    sqlite.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    sqlite.setBusyTimeout(Math.toIntExact(timeout.toMillis()));
    try {
      return pool(url, sqlite.toProperties(), timeout.multipliedBy(2), config -> {});
    } catch (SQLException e) {
      throw explain(url, timeout, e);
    }
  }

  @Override
  protected StoreException explain(SQLException error) {
    return explain(url, timeout, error);
  }

  /**
   * Returns the statement of a connection for some SQL, prepared once. It must not be closed, and
   * its results must be.
   */
  static PreparedStatement kept(Connection connection, String sql) throws SQLException {
    Map<String, PreparedStatement> statements = kept(connection);
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      if (statements.size() == MOST_KEPT) {
        forget(connection, statements.keySet().iterator().next());
      }
      statement = connection.unwrap(SQLiteConnection.class).prepareStatement(sql);
      statements.put(sql, statement);
    }
    return statement;
  }

  /** Gives up a kept statement. */
  static void forget(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = kept(connection).remove(sql);
    if (statement != null) {
      statement.close();
    }
  }

  /** The statements of a connection are of one thread, as the connection is. */
  private static Map<String, PreparedStatement> kept(Connection connection) throws SQLException {
    SQLiteConnection physical = connection.unwrap(SQLiteConnection.class);
    synchronized (KEPT) {
      Map<String, PreparedStatement> statements = KEPT.get(physical);
      if (statements == null) {
        for (SQLiteConnection old : List.copyOf(KEPT.keySet())) {
          if (old.isClosed()) {
            KEPT.remove(old);
          }
        }
        statements = new HashMap<>();
        KEPT.put(physical, statements);
      }
      return statements;
    }
  }

  /** Threads of this process wait for each other in line; the timeout is for other processes. */
  @Override
  public <T> T write(Work<T> work) {
    writing.lock();
    try {
      return super.write(work);
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
  @Override
  protected void beginWriting(Connection connection) throws SQLException {
    Sql.update(connection, "BEGIN IMMEDIATE");
  }

  @Override
  protected void beginReading(Connection connection) throws SQLException {
    Sql.update(connection, "BEGIN");
  }

  @Override
  protected void commit(Connection connection) throws SQLException {
    Sql.update(connection, "COMMIT");
  }

  @Override
  protected void rollBack(Connection connection) throws SQLException {
    Sql.update(connection, "ROLLBACK");
  }

  @Override
  public void close() {
    OPEN.close(url, this::end);
  }

  private static StoreException explain(String url, Duration timeout, SQLException error) {
    int code = code(error);
    if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
      return new StoreException(
          Code.LOCKED,
          "the store %s is locked by another process, for longer than its timeout of %sms"
              .formatted(url, timeout.toMillis()),
          error);
    }
    if (error instanceof SQLTransientConnectionException && code == 0) {
      return new StoreException(
          Code.LOCKED, "the store " + url + " has too many readers in this process", error);
    }
    if (code == SQLiteErrorCode.SQLITE_NOTADB.code) {
      return new StoreException(
          Code.UNREADABLE, "the store " + url + " is a file that is no SQLite database", error);
    }
    if (code == SQLiteErrorCode.SQLITE_CORRUPT.code) {
      return new StoreException(Code.UNREADABLE, "the store " + url + " is damaged", error);
    }
    if (code == SQLiteErrorCode.SQLITE_FULL.code) {
      return new StoreException(
          Code.FULL, "the store " + url + " cannot grow, as the disk is full", error);
    }
    if (code == SQLiteErrorCode.SQLITE_READONLY.code) {
      return new StoreException(
          Code.READ_ONLY, "the store " + url + " may not be written to by this user", error);
    }
    if (code == SQLiteErrorCode.SQLITE_TOOBIG.code
        || code == SQLiteErrorCode.SQLITE_CONSTRAINT.code) {
      return new StoreException(
          Code.ROW_REFUSED,
          "the store %s does not take a value: %s".formatted(url, error.getMessage()),
          error);
    }
    return new StoreException(
        Code.FAILED, "the store " + url + " failed: " + error.getMessage(), error);
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
}
