/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.EventLogProvider;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStoreProvider;
import java.util.List;

/** Connectors that only check. */
final class FakeConnectors {
  static final Providers ALL =
      new Providers(
          List.of(new Log("files", "path"), new Log("kafka", "topic")),
          List.of(new Store("jdbc:"), new Store("jdbc:sqlite:"), new Store("jdbc:postgresql:")));

  private FakeConnectors() {}

  /** A log with one required setting; its epoch must be a duration. */
  record Log(String kind, String required) implements EventLogProvider {
    @Override
    public List<Setting> settings() {
      return List.of(
          Setting.of(required, Setting.Type.TEXT, "where the log is").asRequired(),
          Setting.of("epoch", Setting.Type.TEXT, "how long an epoch is"));
    }

    @Override
    public List<SettingProblem> check(Settings settings) {
      return settings.get("epoch").filter(epoch -> epoch.matches("\\d+")).stream()
          .map(epoch -> new SettingProblem("epoch", "epoch is \"%s\": add a unit".formatted(epoch)))
          .toList();
    }

    @Override
    public boolean exists(Settings settings) {
      return false;
    }

    @Override
    public EventLog open(Settings settings) {
      throw new UnsupportedOperationException();
    }
  }

  /** A store whose password must be long, and which tells it when it is not. */
  record Store(String scheme) implements ViewStoreProvider {
    @Override
    public List<Setting> settings() {
      return List.of(
          Setting.of("user", Setting.Type.TEXT, "who connects"),
          Setting.of("password", Setting.Type.TEXT, "the password").asSecret(),
          Setting.of("pool", Setting.Type.TEXT, "how long a connection is kept"));
    }

    @Override
    public List<SettingProblem> check(Settings settings) {
      settings.get("pool").ifPresent(Settings::parseDuration);
      return settings
          .get("password")
          .filter(password -> password.length() < 8)
          .map(p -> "password is \"" + p + "\", too short for " + settings.values())
          .map(text -> List.of(new SettingProblem("password", text)))
          .orElse(List.of());
    }

    @Override
    public boolean exists(Settings settings) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ViewStore open(Settings settings) {
      throw new UnsupportedOperationException();
    }
  }
}
