/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.EventLogProvider;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStoreProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
    public Set<String> settings() {
      return Set.of(required, "epoch");
    }

    @Override
    public List<String> check(Settings settings) {
      List<String> problems = new ArrayList<>();
      if (settings.get(required).isEmpty()) {
        problems.add(required + " is missing: say where the log is");
      }
      if (settings.get("epoch").isPresent() && settings.get("epoch").get().matches("\\d+")) {
        problems.add("epoch is \"%s\": add a unit".formatted(settings.get("epoch").get()));
      }
      return problems;
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
    public Set<String> settings() {
      return Set.of("user", "password", "pool");
    }

    @Override
    public List<String> check(Settings settings) {
      settings.duration("pool", null);
      return settings
          .get("password")
          .filter(password -> password.length() < 8)
          .map(p -> List.of("password is \"" + p + "\", too short for " + settings.values()))
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
