/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStoreProvider;
import io.anabranch.connectors.jdbc.JdbcStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.postgresql.Driver;

/**
 * Opens a store in a schema of a PostgreSQL server.
 *
 * <p>Settings: {@code url}, {@code jdbc:postgresql://HOST:PORT/DATABASE}, with properties of the
 * driver such as {@code ?sslmode=verify-full}; and those of {@link #settings}. The password comes
 * from the file that {@code passwordFile} names, or from the environment variable {@code
 * ANABRANCH_STORE_PASSWORD}, or from the user's {@code ~/.pgpass}.
 */
public final class PostgresStoreProvider implements ViewStoreProvider {
  private static final String SCHEME = "jdbc:postgresql:";
  private static final String EXAMPLE = "jdbc:postgresql://localhost:5432/views";
  private static final String PASSWORD = "ANABRANCH_STORE_PASSWORD";
  private static final Pattern SECRET = Pattern.compile("(?i)[?&](ssl)?password=");
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private static final Setting USER =
      Setting.of("user", Setting.Type.TEXT, "the name of the user (role) to log in as");
  private static final Setting PASSWORD_FILE =
      Setting.of(
          "passwordFile",
          Setting.Type.PATH,
          "the file whose first line is the password; else the environment variable "
              + PASSWORD
              + " has it");
  private static final Setting SCHEMA =
      Setting.of("schema", Setting.Type.TEXT, "the schema that holds the tables")
          .withDefault("anabranch");
  private static final Setting TIMEOUT =
      Setting.of(
              "timeout",
              Setting.Type.DURATION,
              "how long to wait for another process that locks what is written")
          .withDefault("10s")
          .between("1ms", "10m");

  @Override
  public String scheme() {
    return SCHEME;
  }

  @Override
  public List<Setting> settings() {
    return List.of(USER, PASSWORD_FILE, SCHEMA, TIMEOUT);
  }

  @Override
  public List<SettingProblem> check(Settings settings) {
    List<SettingProblem> problems = new ArrayList<>();
    String url = url(settings);
    if (SECRET.matcher(url).find()) {
      problems.add(
          new SettingProblem(
              "url",
              "url holds a password, which logs would show: leave it out, and name a file in store.passwordFile, or set the environment variable "
                  + PASSWORD));
    } else if (url.contains("reWriteBatchedInserts=true")) {
      problems.add(
          new SettingProblem(
              "url",
              "url sets reWriteBatchedInserts, with which the driver does not say what it inserted: leave it out"));
    } else if (Driver.parseURL(url, new Properties()) == null) {
      problems.add(
          new SettingProblem(
              "url",
              "url is \"%s\": name a host, a port and a database, for instance \"%s\""
                  .formatted(url, EXAMPLE)));
    }
    String schema = SCHEMA.in(settings).orElseThrow();
    if (!NAME.matcher(schema).matches()) {
      problems.add(
          new SettingProblem(
              SCHEMA.name(),
              "schema is \"%s\": use small letters, digits and underscores, 63 at most"
                  .formatted(schema)));
    }
    return problems;
  }

  @Override
  public boolean exists(Settings settings) {
    return PostgresDatabase.exists(login(settings));
  }

  @Override
  public ViewStore open(Settings settings) {
    return open(settings, Clock.systemUTC());
  }

  /** Opens a store that reads the time from a clock. */
  static ViewStore open(Settings settings, Clock clock) {
    PostgresDatabase database = PostgresDatabase.open(login(settings));
    return new JdbcStore(database, new PostgresRows(database, clock), clock);
  }

  private static PostgresDatabase.Login login(Settings settings) {
    Properties properties = new Properties();
    USER.in(settings).ifPresent(user -> properties.setProperty("user", user));
    password(settings).ifPresent(password -> properties.setProperty("password", password));
    return new PostgresDatabase.Login(
        url(settings),
        SCHEMA.in(settings).orElseThrow(),
        Settings.parseDuration(TIMEOUT.in(settings).orElseThrow()),
        properties);
  }

  private static Optional<String> password(Settings settings) {
    Optional<Path> file = PASSWORD_FILE.in(settings).map(settings::path);
    if (file.isEmpty()) {
      return Optional.ofNullable(System.getenv(PASSWORD));
    }
    try {
      return Files.readString(file.get()).lines().findFirst();
    } catch (IOException e) {
      throw new StoreException(
          Code.DENIED,
          "cannot read the password in store.passwordFile, " + file.get() + ": " + e,
          e);
    }
  }

  private static String url(Settings settings) {
    return settings.get("url").orElse(SCHEME);
  }
}
