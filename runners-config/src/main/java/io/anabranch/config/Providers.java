/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EventLogProvider;
import io.anabranch.api.spi.store.ViewStoreProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The connectors that a configuration may name. */
public record Providers(List<EventLogProvider> logs, List<ViewStoreProvider> stores) {

  /** Copies the lists. */
  public Providers {
    logs = List.copyOf(logs);
    stores = List.copyOf(stores);
  }

  /**
   * Returns those on the class path, found by {@link ServiceLoader}.
   *
   * @throws UserException if one of them cannot be loaded
   */
  public static Providers installed() {
    return new Providers(all(EventLogProvider.class), all(ViewStoreProvider.class));
  }

  /** Returns the provider of event logs of a kind, such as {@code files}. */
  public Optional<EventLogProvider> log(String kind) {
    return logs.stream().filter(provider -> provider.kind().equals(kind)).findFirst();
  }

  /** Returns the provider whose scheme is the longest beginning of a URL. */
  public Optional<ViewStoreProvider> store(String url) {
    return stores.stream()
        .filter(provider -> url.startsWith(provider.scheme()))
        .max(Comparator.comparingInt(provider -> provider.scheme().length()));
  }

  private static <T> List<T> all(Class<T> type) {
    List<T> found = new ArrayList<>();
    try {
      ServiceLoader.load(type, Providers.class.getClassLoader()).forEach(found::add);
    } catch (ServiceConfigurationError e) {
      throw new UserException(
          "A connector on the class path cannot be loaded: %s. Repair it or take its jar away."
              .formatted(e.getMessage()),
          e);
    }
    return found;
  }
}
