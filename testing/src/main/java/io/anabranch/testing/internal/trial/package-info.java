/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Lets a script happen to one view, and compares. The entry point is {@link
 * io.anabranch.testing.internal.trial.Trial}; it, what it returns ({@code Outcome}, {@code
 * Disagreement}, {@code RowName}) and {@code TemporaryFolder} are public for the kit, and {@code
 * DyingStoreProvider} for the {@code ServiceLoader}. Authors use none of it.
 */
package io.anabranch.testing.internal.trial;
