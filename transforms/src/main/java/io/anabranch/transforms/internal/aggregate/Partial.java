/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

/**
 * An accumulator and how many contributions it folds.
 *
 * @param <A> the accumulator
 */
record Partial<A>(A accumulator, long contributions) {}
