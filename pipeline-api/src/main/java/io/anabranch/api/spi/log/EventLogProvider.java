/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.spi.Settings;
import java.util.List;
import java.util.Set;

/** Opens event logs of one kind; listed in {@code META-INF/services}. */
public interface EventLogProvider {

  /** Returns the word of the configuration, as in {@code log: { kind: files }}. */
  String kind();

  /** Returns the names of the settings it knows besides {@code kind}. */
  Set<String> settings();

  /**
   * Looks at the settings without touching anything.
   *
   * @return one sentence for each problem, beginning with the setting's name
   */
  List<String> check(Settings settings);

  /** Returns whether there is a log already; makes none. */
  boolean exists(Settings settings);

  /**
   * Opens a log, creating it on first use.
   *
   * @throws LogException if it cannot be opened; nothing is left half made
   */
  EventLog open(Settings settings);
}
