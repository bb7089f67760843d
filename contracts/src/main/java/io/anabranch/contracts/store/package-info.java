/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tests for stores. A connector's author extends {@link
 * io.anabranch.contracts.store.ViewStoreContract}; {@link
 * io.anabranch.contracts.store.CatalogHistory} runs random histories on any store; {@link
 * io.anabranch.contracts.store.InMemoryStore} is a store for tests of what uses one.
 */
package io.anabranch.contracts.store;
