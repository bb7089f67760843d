/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.spi.Settings;
import java.nio.file.Path;
import java.util.Map;

/** Where histories keep their stores. */
@FunctionalInterface
interface Databases {
  /** Each store is a SQLite file. */
  Databases FILES = (folder, name) -> "jdbc:sqlite:" + folder.resolve(name + ".db");

  /** Returns the URL of a store that is new. */
  String url(Path folder, String name);

  /** Returns the settings of a store that is new. */
  default Settings settings(Path folder, String name) {
    return new Settings(Map.of("url", url(folder, name)));
  }
}
