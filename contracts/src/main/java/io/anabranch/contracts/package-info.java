/* SPDX-License-Identifier: Apache-2.0 */
/** Tests for authors of connectors: of {@code store}s and of {@code log}s. */
package io.anabranch.contracts;
