/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.Architecture;
import io.anabranch.api.spi.ViewRef;
import io.anabranch.catalog.CatalogException.Code;
import java.util.List;

/** Whether stored rows fit a definition, a log and an architecture. */
public final class Compatibility {
  private Compatibility() {}

  /**
   * Requires that the live versions, if there are any, are of an architecture and of a view's log.
   *
   * @throws CatalogException if not
   */
  public static void requireSource(ViewCatalog catalog, ViewRef view, Architecture architecture) {
    if (!catalog.isLive()) {
      return;
    }
    requireArchitecture(catalog, architecture);
    requireLog(catalog, view);
  }

  private static void requireArchitecture(ViewCatalog catalog, Architecture architecture) {
    if (catalog.architecture() != architecture) {
      throw CatalogException.of(
          Code.OTHER_ARCHITECTURE,
          catalog.view(),
          "the live version is of the architecture %s, not %s",
          catalog.architecture().word(),
          architecture.word());
    }
  }

  private static void requireLog(ViewCatalog catalog, ViewRef view) {
    for (Version version : catalog.live()) {
      if (!isSameLog(version, view)) {
        throw CatalogException.of(
            Code.OTHER_LOG,
            catalog.view(),
            "version %d, which is live, was computed from another log",
            version.id());
      }
    }
  }

  /** Returns whether a version is computed from the log of a view. */
  static boolean isSameLog(Version version, ViewRef view) {
    return version.view().log().equals(view.log())
        && version.view().epochLength().equals(view.epochLength());
  }

  /** Returns whether a version is of the definition of a view. */
  static boolean isSameDefinition(Version version, ViewRef view) {
    return version.view().fingerprint().equals(view.fingerprint());
  }

  /**
   * Requires that a version is of the definition of a view.
   *
   * @throws CatalogException if not; the message names what differs
   */
  public static void requireDefinition(Version version, ViewRef view) {
    List<String> changes = version.view().fingerprint().changesTo(view.fingerprint());
    if (!changes.isEmpty()) {
      throw CatalogException.of(
          Code.OTHER_DEFINITION,
          view.name(),
          "version %d was computed by another definition: %s",
          version.id(),
          String.join("; ", changes));
    }
  }
}
