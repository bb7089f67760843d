/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import io.anabranch.catalog.document.ViewCatalog;

/**
 * What a transition makes of a catalog.
 *
 * @param catalog the next one
 * @param result what the caller gets
 * @param <T> the type of the result
 */
public record Changed<T>(ViewCatalog catalog, T result) {}
