/**
 * All that is true of a view, as one immutable document: start at {@link
 * io.anabranch.catalog.document.ViewCatalog}. {@link io.anabranch.catalog.document.CatalogJson} is
 * the form in which stores keep it.
 */
package io.anabranch.catalog.document;
