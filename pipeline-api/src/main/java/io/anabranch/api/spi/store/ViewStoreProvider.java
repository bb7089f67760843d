/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import java.util.List;

/** Opens view stores; listed in {@code META-INF/services}. */
public interface ViewStoreProvider {

  /** Returns the scheme that its URLs begin with, such as {@code jdbc:sqlite:}. */
  String scheme();

  /** Returns the settings it knows besides {@code url}. */
  List<Setting> settings();

  /**
   * Looks at settings without touching anything.
   *
   * @return what is wrong, besides what the {@linkplain Setting descriptors} say
   */
  default List<SettingProblem> check(Settings settings) {
    return List.of();
  }

  /** Returns whether there is a store already; makes none. */
  boolean exists(Settings settings);

  /**
   * Opens a store, creating its tables on first use.
   *
   * @throws StoreException if it cannot be opened, or is of a newer schema
   */
  ViewStore open(Settings settings);
}
