/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A PostgreSQL server for tests: processes of its own, on a free port of this machine, with an
 * empty database. It can be killed, stopped for a while and started again; what was committed stays
 * until it is closed. Linux on x86-64; other systems need the binaries of {@code
 * io.zonky.test.postgres} on the class path.
 *
 * <pre>{@code
 * try (PostgresServer server = PostgresServer.start()) {
 *   Settings store = new Settings(Map.of("url", server.newDatabase()));
 *   ...
 * }
 * }</pre>
 */
public final class PostgresServer implements AutoCloseable {
  /** The user that may do everything; it has no password. */
  public static final String USER = "postgres";

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path folder;
  private final AtomicInteger databases = new AtomicInteger();
  private EmbeddedPostgres server;
  private Signals processes;

  private PostgresServer(Path folder, EmbeddedPostgres server) {
    this.folder = folder;
    this.server = server;
    this.processes = processes(folder);
  }

  /** Starts one; it takes some seconds. It ends with this process at the latest. */
  public static PostgresServer start() {
    try {
      Path folder = Files.createTempDirectory("anabranch-postgres");
      PostgresServer server = new PostgresServer(folder, start(folder, 0));
      Runtime.getRuntime().addShutdownHook(new Thread(server::kill, "anabranch-postgres-end"));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a PostgreSQL server", e);
    }
  }

  private static EmbeddedPostgres start(Path folder, int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(folder)
        .setCleanDataDirectory(false)
        .setPort(port)
        .setPGStartupWait(PATIENCE)
        .setRegisterShutdownHook(false) // of each start one would be left
        .setServerConfig("synchronous_commit", "on") // what was committed survives a kill
        .setServerConfig("listen_addresses", "localhost")
        .start();
  }

  /** Returns the port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Returns the JDBC URL of a database, with the user in it. */
  public String url(String database) {
    return "jdbc:postgresql://localhost:" + port() + "/" + database + "?user=" + USER;
  }

  /** Makes an empty database and returns its JDBC URL. */
  public String newDatabase() {
    String name = "test" + databases.incrementAndGet();
    execute("CREATE DATABASE " + name);
    return url(name);
  }

  /** Runs a statement as the user who may do everything. */
  public void execute(String sql) {
    execute(url("postgres"), sql);
  }

  /** Runs a statement in the database of a URL. */
  public void execute(String url, String sql) {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("the statement failed: " + sql, e);
    }
  }

  /** Lets a user in by password only; without this, nobody needs one. */
  public void requirePasswordOf(String user) {
    Path rules = folder.resolve("pg_hba.conf");
    try {
      Files.writeString(
          rules, "host all " + user + " all scram-sha-256\n" + Files.readString(rules));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + rules, e);
    }
    execute("SELECT pg_reload_conf()");
  }

  /** Kills all of its processes, as a crash of the machine would. */
  public void kill() {
    processes.send("KILL");
    processes.awaitEnd(PATIENCE);
  }

  /** Lets all of its processes stand still, as a machine that hangs would. */
  public void pause() {
    processes.send("STOP");
  }

  /** Lets them go on after {@link #pause}. */
  public void resume() {
    processes.send("CONT");
  }

  /** Starts it again after {@link #kill}, on the same port and with what was committed. */
  public void restart() {
    try {
      int port = port();
      Files.deleteIfExists(folder.resolve("postmaster.pid"));
      Files.deleteIfExists(folder.resolve("epg-lock")); // this process holds the former one
      server = start(folder, port);
      processes = processes(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the PostgreSQL server again", e);
    }
  }

  private static Signals processes(Path folder) {
    try {
      List<String> lines = Files.readAllLines(folder.resolve("postmaster.pid"));
      return new Signals(ProcessHandle.of(Long.parseLong(lines.get(0).trim())).orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException("the PostgreSQL server does not say its process", e);
    }
  }

  @Override
  public void close() {
    resume();
    try {
      server.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the PostgreSQL server", e);
    }
  }
}
