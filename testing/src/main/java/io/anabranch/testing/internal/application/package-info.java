/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Runs an author's {@code main} in a process of its own: {@code ApplicationTrial}, public for
 * {@link io.anabranch.testing.ApplicationTest}, which authors use.
 */
package io.anabranch.testing.internal.application;
