/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import io.anabranch.api.Architecture;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;

/**
 * Whether stored rows fit a definition, a log and an architecture. Each method throws {@link
 * CatalogException} if they do not; the message names what differs.
 */
public final class Compatibility {
  private Compatibility() {}

  /** Requires that the live versions, if there are any, are of an architecture and of a log. */
  public static void requireSource(ViewCatalog catalog, ViewRef view, Architecture architecture) {
    if (catalog.isLive()) {
      requireArchitecture(catalog, architecture);
      requireLog(catalog, view);
    }
  }

  /** Requires that the live versions, if there are any, are of an architecture. */
  public static void requireArchitecture(ViewCatalog catalog, Architecture architecture) {
    if (catalog.isLive() && catalog.architecture() != architecture) {
      throw CatalogException.of(
          Code.OTHER_ARCHITECTURE,
          catalog.view(),
          "the live version is of the architecture %s, not %s",
          catalog.architecture().word(),
          architecture.word());
    }
  }

  /** Requires that the live versions, if there are any, are of the log of a view. */
  public static void requireLog(ViewCatalog catalog, ViewRef view) {
    catalog.live().forEach(version -> requireLog(version, view));
  }

  /** Requires that a version is of the log of a view. */
  public static void requireLog(Version version, ViewRef view) {
    boolean same =
        version.view().log().equals(view.log())
            && version.view().epochLength().equals(view.epochLength());
    if (!same) {
      throw CatalogException.of(
          Code.OTHER_LOG,
          version.view().name(),
          "version %d was computed from another log",
          version.id());
    }
  }

  /** Requires that the live versions, if there are any, are of a definition. */
  public static void requireDefinition(ViewCatalog catalog, Fingerprint definition) {
    catalog.live().forEach(version -> requireDefinition(version, definition));
  }

  /** Requires that a version is of a definition. */
  public static void requireDefinition(Version version, Fingerprint definition) {
    String changes = changes(version, definition);
    if (!changes.isEmpty()) {
      throw CatalogException.of(
          Code.OTHER_DEFINITION,
          version.view().name(),
          "version %d has another definition: %s",
          version.id(),
          changes);
    }
  }

  /** Requires that a version of a definition may share older epochs of the live versions. */
  public static void requireSharable(ViewCatalog catalog, Fingerprint definition) {
    for (Version version : catalog.live()) {
      String changes = changes(version, definition);
      if (!changes.isEmpty()) {
        throw CatalogException.of(
            Code.NOTHING_TO_SHARE,
            catalog.view(),
            "older epochs of version %d cannot be shared, as the definition changed: %s",
            version.id(),
            changes);
      }
    }
  }

  /** Returns whether a version is of a definition. */
  public static boolean isSameDefinition(Version version, Fingerprint definition) {
    return version.view().fingerprint().equals(definition);
  }

  /**
   * Requires that the live versions, if there are any, may go on in an architecture: of the log of
   * a view, and, if they are of another architecture now, of its definition.
   */
  public static void requireMovable(ViewCatalog catalog, ViewRef view, Architecture architecture) {
    requireLog(catalog, view);
    if (!catalog.isLive() || catalog.architecture() == architecture) {
      return;
    }
    Version live = catalog.live().get(0);
    String changes = changes(live, view.fingerprint());
    if (!changes.isEmpty()) {
      throw CatalogException.of(
          Code.OTHER_DEFINITION,
          catalog.view(),
          "version %d, of the architecture %s, cannot go on in %s, as it has another definition: %s. Nothing was changed",
          live.id(),
          catalog.architecture().word(),
          architecture.word(),
          changes);
    }
  }

  private static String changes(Version version, Fingerprint definition) {
    return String.join("; ", version.view().fingerprint().changesTo(definition));
  }
}
