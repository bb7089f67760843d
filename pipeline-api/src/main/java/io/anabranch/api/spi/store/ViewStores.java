/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** Finds the provider of a store by the scheme of its URL. */
public final class ViewStores {
  private ViewStores() {}

  /**
   * Opens the store that the setting {@code url} names.
   *
   * @throws UserException if there is no provider for it, a setting is wrong, or it cannot be
   *     opened
   */
  public static ViewStore open(Settings settings) {
    ViewStoreProvider provider = provider(settings);
    List<SettingProblem> problems =
        new ArrayList<>(Setting.problems(provider.settings(), settings));
    problems.addAll(provider.check(settings));
    Setting.require("store", problems);
    return provider.open(settings);
  }

  /**
   * Returns whether the store that the setting {@code url} names is there already.
   *
   * @throws UserException if there is no provider for it
   */
  public static boolean exists(Settings settings) {
    return provider(settings).exists(settings);
  }

  private static ViewStoreProvider provider(Settings settings) {
    String url = settings.get("url").orElse("");
    return ServiceLoader.load(ViewStoreProvider.class, ViewStores.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> url.startsWith(provider.scheme()))
        .max(Comparator.comparingInt(provider -> provider.scheme().length()))
        .orElseThrow(
            () ->
                new UserException(
                    "store.url \"%s\" is of no known kind: no installed view store has its scheme"
                        .formatted(url)));
  }
}
