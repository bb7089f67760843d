/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.Settings;
import java.util.List;
import java.util.Set;

/** Opens view stores; listed in {@code META-INF/services}. */
public interface ViewStoreProvider {

  /** Returns the scheme that its URLs begin with, such as {@code jdbc:sqlite:}. */
  String scheme();

  /** Returns the names of the settings it knows besides {@code url}. */
  Set<String> settings();

  /**
   * Looks at the settings without touching anything.
   *
   * @return one sentence for each problem, beginning with the setting's name
   */
  List<String> check(Settings settings);

  /** Returns whether there is a store already; makes none. */
  boolean exists(Settings settings);

  /**
   * Opens a store, creating its tables on first use.
   *
   * @throws StoreException if it cannot be opened, or is of a newer schema
   */
  ViewStore open(Settings settings);
}
