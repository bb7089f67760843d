/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The rules of versions, slices and their life. {@link io.anabranch.catalog.Catalog} is the entry
 * point: it loads the {@link io.anabranch.catalog.ViewCatalog} of each view, applies a transition,
 * and commits the result. The transitions are pure functions, public so that runs can name them.
 */
package io.anabranch.catalog;
