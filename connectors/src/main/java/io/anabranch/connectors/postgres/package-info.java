/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The store on a PostgreSQL server, for several processes and hosts at once. Documents, progress
 * and the rest are those of {@link io.anabranch.connectors.jdbc}; advisory locks keep transactions
 * apart.
 */
package io.anabranch.connectors.postgres;
