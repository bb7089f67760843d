/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.util.Locale;

/** How the layers of a view are divided; the only word of a configuration that differs. */
public enum Architecture {
  /** A batch version, and a speed version for the epochs after it, merged when read. */
  LAMBDA,
  /** One version that follows the log, and is computed again from its start when code changes. */
  KAPPA;

  /** Returns the word of the configuration: {@code lambda} or {@code kappa}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
