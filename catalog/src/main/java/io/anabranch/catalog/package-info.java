/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The rules of versions, slices and their life. {@link io.anabranch.catalog.Catalog} is the entry
 * point: it loads the {@link io.anabranch.catalog.document.ViewCatalog} of each view, applies a
 * transition, and commits the result. {@link io.anabranch.catalog.ViewLifecycle} has a method for
 * each step that runs and commands take.
 */
package io.anabranch.catalog;
