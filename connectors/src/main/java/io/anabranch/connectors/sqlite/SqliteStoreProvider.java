/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
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
import java.util.List;

/**
 * Opens the embedded store: one SQLite file in WAL mode.
 *
 * <p>Settings: {@code url}, {@code jdbc:sqlite:FILE}; and those of {@link #settings}.
 */
public final class SqliteStoreProvider implements ViewStoreProvider {
  private static final String SCHEME = "jdbc:sqlite:";
  private static final Setting TIMEOUT =
      Setting.of(
              "timeout",
              Setting.Type.DURATION,
              "how long to wait for another process that locks the file")
          .withDefault("10s")
          .between("1ms", "10m");

  @Override
  public String scheme() {
    return SCHEME;
  }

  @Override
  public List<Setting> settings() {
    return List.of(TIMEOUT);
  }

  @Override
  public List<SettingProblem> check(Settings settings) {
    String file = file(settings);
    if (file.isBlank()
        || file.contains("?")
        || file.startsWith("file:")
        || file.contains(":memory:")
        || file.indexOf('\0') >= 0) {
      return List.of(
          new SettingProblem(
              "url",
              "url is \"%s%s\": name a file, for instance \"jdbc:sqlite:data/views.db\""
                  .formatted(SCHEME, file)));
    }
    return List.of();
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
    Database database =
        Database.open(SCHEME + file, Settings.parseDuration(TIMEOUT.in(settings).orElseThrow()));
    Clock clock = Clock.systemUTC();
    return new JdbcStore(database, new SqliteRows(database, clock), clock);
  }

  private static String file(Settings settings) {
    return settings.get("url").orElse(SCHEME).substring(SCHEME.length());
  }
}
