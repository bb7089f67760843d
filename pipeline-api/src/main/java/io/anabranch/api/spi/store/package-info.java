/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a connector implements to store views. {@link io.anabranch.api.spi.store.ViewStore} is the
 * entry point; the types beside it are its parts, and the values that they take and return.
 */
package io.anabranch.api.spi.store;
