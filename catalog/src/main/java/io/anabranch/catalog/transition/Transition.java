/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.ViewCatalog;

/**
 * A step in the life of a view: a pure function, as it is applied again if another process commits
 * meanwhile.
 *
 * @param <T> what the caller gets of it
 */
@FunctionalInterface
public interface Transition<T> {
  /**
   * Returns the next catalog.
   *
   * @throws CatalogException if the step is not allowed
   */
  Changed<T> apply(ViewCatalog catalog, TransitionContext context);

  /** A step that returns nothing but the catalog. */
  @FunctionalInterface
  interface Plain {
    /** Returns the next catalog. */
    ViewCatalog apply(ViewCatalog catalog, TransitionContext context);
  }
}
