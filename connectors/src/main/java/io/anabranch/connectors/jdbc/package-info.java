/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What stores in SQL databases have in common: documents, fences, progress, dead letters and
 * reconciliations, in plain statements. A database adds its {@link
 * io.anabranch.connectors.jdbc.Transactions}, its schema and its {@link
 * io.anabranch.api.spi.store.RowStore}, where speed depends on what it does best.
 */
package io.anabranch.connectors.jdbc;
