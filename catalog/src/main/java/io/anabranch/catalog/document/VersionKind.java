/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import java.util.Locale;

/** What computes a version. */
public enum VersionKind {
  /** The batch layer of Lambda. */
  BATCH,
  /** The speed layer of Lambda. */
  SPEED,
  /** Kappa. */
  KAPPA,
  /** A verification, whose rows no reader sees. */
  SCRATCH;

  /** Returns the name as people and documents write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
