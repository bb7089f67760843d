/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tests for stores. A connector's author extends {@link
 * io.anabranch.testing.store.ViewStoreContract}; {@link io.anabranch.testing.store.CatalogHistory}
 * runs random histories on any store; {@link io.anabranch.testing.store.InMemoryStorage} is a store
 * for tests of what uses one.
 */
package io.anabranch.testing.store;
