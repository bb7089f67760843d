/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.connectors.jdbc.OpenDatabases;
import io.anabranch.connectors.jdbc.PooledDatabase;
import io.anabranch.connectors.jdbc.Sql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/**
 * Pooled connections to one schema, and transactions on them. Advisory locks keep transactions of
 * all processes apart: they are granted in line, where locks of rows may keep a take-over waiting
 * for ever.
 */
final class PostgresDatabase extends PooledDatabase {
  private static final String ROWS_AT_ONCE = "1000";
  private static final OpenDatabases<PostgresDatabase> OPEN = new OpenDatabases<>();

  private final Login login;

  /**
   * Who logs in where.
   *
   * @param url the address, without a password
   * @param properties of the driver, the password among them
   */
  record Login(String url, String schema, Duration timeout, Properties properties) {
    /** Shows no property: the password is one. */
    @Override
    public String toString() {
      return url + " " + schema;
    }

    private String name() {
      return url + "\n" + schema + "\n" + timeout + "\n" + properties.getProperty("user");
    }
  }

  private PostgresDatabase(Login login, HikariDataSource pool) {
    super(pool);
    this.login = login;
  }

  /** Opens the database, and creates or checks its schema if this process has not done so. */
  static PostgresDatabase open(Login login) {
    return OPEN.open(
        login.name(),
        () -> {
          try {
            PostgresDatabase database =
                new PostgresDatabase(
                    login,
                    pool(
                        login.url(),
                        properties(login),
                        login.timeout(),
                        config -> set(config, login)));
            database.createOrCheck(new PostgresSchema(login.schema()));
            return database;
          } catch (SQLException e) {
            throw PostgresErrors.explain(login.url(), e);
          }
        });
  }

  /** Returns whether the schema is there; makes none. */
  static boolean exists(Login login) {
    try (Connection connection = DriverManager.getConnection(login.url(), properties(login))) {
      return new PostgresSchema(login.schema()).exists(connection);
    } catch (SQLException e) {
      throw PostgresErrors.explain(login.url(), e);
    }
  }

  /**
   * A server may have other defaults. In the isolation that is set here each statement sees what
   * was committed before it: the fence is looked at after its lock was granted.
   */
  private static void set(HikariConfig config, Login login) {
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setConnectionInitSql("SET lock_timeout = " + login.timeout().toMillis());
  }

  /** What the URL says of the driver wins over these. */
  private static Properties properties(Login login) {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", "anabranch");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "300"); // for a server that is gone without a word
    properties.setProperty("defaultRowFetchSize", ROWS_AT_ONCE);
    properties.setProperty("currentSchema", login.schema());
    properties.putAll(login.properties());
    return properties;
  }

  @Override
  protected StoreException explain(SQLException error) {
    return PostgresErrors.explain(login.url(), error);
  }

  @Override
  protected void beginWriting(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
  }

  @Override
  protected void beginReading(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    Sql.update(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }

  @Override
  protected void commit(Connection connection) throws SQLException {
    connection.commit();
  }

  @Override
  protected void rollBack(Connection connection) throws SQLException {
    connection.rollback();
  }

  @Override
  public void lock(Connection connection, Thing thing) throws SQLException {
    Sql.query(connection, "SELECT pg_advisory_xact_lock(" + KEY + ")", key(thing));
  }

  @Override
  public void share(Connection connection, Thing thing) throws SQLException {
    Sql.query(connection, "SELECT pg_advisory_xact_lock_shared(" + KEY + ")", key(thing));
  }

  /** The number of an advisory lock, from the name that {@link #key} returns. */
  static final String KEY = "hashtextextended(?, 0)";

  /** Returns the name of a thing among those of all schemas of the database. */
  String key(Thing thing) {
    return String.join("/", login.schema(), thing.kind(), thing.name());
  }

  @Override
  public void close() {
    OPEN.close(login.name(), this::end);
  }
}
