/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import java.util.Locale;

/** What a live pointer has a version for. */
public enum VersionRole {
  /** It answers queries. */
  LIVE,
  /** It answered before, in Kappa, and goes on following the log until it is retired. */
  FORMER,
  /** It is computed beside the live version, in Kappa, and may be promoted. */
  CANDIDATE,
  /** Nothing: it is garbage, or a run that is going on computes it. */
  NONE;

  /** Returns the role as people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
