/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStoreProvider;
import io.anabranch.connectors.jdbc.JdbcStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Opens the embedded store: one SQLite file in WAL mode.
 *
 * <p>Settings: {@code url}, {@code jdbc:sqlite:FILE}; {@code timeout}, how long to wait for another
 * process that locks the file, default 10 s, 1 ms to 10 min.
 */
public final class SqliteStoreProvider implements ViewStoreProvider {
  private static final String SCHEME = "jdbc:sqlite:";
  private static final String TIMEOUT = "timeout";
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  @Override
  public String scheme() {
    return SCHEME;
  }

  @Override
  public Set<String> settings() {
    return Set.of(TIMEOUT);
  }

  @Override
  public List<String> check(Settings settings) {
    List<String> problems = new ArrayList<>();
    String file = file(settings);
    if (file.isBlank()
        || file.contains("?")
        || file.startsWith("file:")
        || file.contains(":memory:")
        || file.indexOf('\0') >= 0) {
      problems.add(
          "url is \""
              + SCHEME
              + file
              + "\": name a file, for instance \"jdbc:sqlite:data/views.db\"");
    }
    try {
      Duration timeout = settings.duration(TIMEOUT, DEFAULT_TIMEOUT);
      if (timeout.compareTo(Duration.ofMillis(1)) < 0
          || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
        problems.add(TIMEOUT + " is " + timeout + ": it must be 1ms to 10m");
      }
    } catch (IllegalArgumentException e) {
      problems.add(TIMEOUT + " is " + e.getMessage());
    }
    return problems;
  }

  @Override
  public boolean exists(Settings settings) {
    return Files.exists(settings.path(file(settings)));
  }

  @Override
  public ViewStore open(Settings settings) {
    Path file = settings.path(file(settings)).toAbsolutePath().normalize();
    if (Files.isDirectory(file)) {
      throw new StoreException(Code.UNREADABLE, file + " is a directory");
    }
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new StoreException(
          e instanceof AccessDeniedException ? Code.READ_ONLY : Code.UNREADABLE,
          "cannot make the folder of the store, " + file.getParent() + ": " + e,
          e);
    }
    Database database = Database.open(SCHEME + file, settings.duration(TIMEOUT, DEFAULT_TIMEOUT));
    Clock clock = Clock.systemUTC();
    return new JdbcStore(database, new SqliteRows(database, clock), clock);
  }

  private static String file(Settings settings) {
    return settings.get("url").orElse(SCHEME).substring(SCHEME.length());
  }
}
