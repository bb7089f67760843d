/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import java.util.Locale;

/** The role of a version in its view. */
public enum VersionRole {
  /** Queries read it. */
  LIVE,
  /** It was live before, in Kappa, and follows the log until it is retired. */
  PREVIOUS,
  /** It is computed beside the live version, in Kappa, and may be promoted. */
  CANDIDATE,
  /** None: it is garbage, or a run computes it. */
  NONE;

  /** Returns the role as people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
