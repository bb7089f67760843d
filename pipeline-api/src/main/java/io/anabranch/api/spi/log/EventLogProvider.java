/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import java.util.List;

/** Opens event logs of one kind; listed in {@code META-INF/services}. */
public interface EventLogProvider {

  /** Returns the word of the configuration, as in {@code log: { kind: files }}. */
  String kind();

  /** Returns the settings it knows besides {@code kind}. */
  List<Setting> settings();

  /**
   * Looks at settings without touching anything.
   *
   * @return what is wrong, besides what the {@linkplain Setting descriptors} say
   */
  default List<SettingProblem> check(Settings settings) {
    return List.of();
  }

  /** Returns whether there is a log already; makes none. */
  boolean exists(Settings settings);

  /**
   * Opens a log, creating it on first use.
   *
   * @throws LogException if it cannot be opened; nothing is left half made
   */
  EventLog open(Settings settings);
}
