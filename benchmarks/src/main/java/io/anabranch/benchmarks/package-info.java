/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Programs that measure, each with a {@code main}. {@link io.anabranch.benchmarks.Comparison} times
 * Anabranch against the same job by hand, {@link io.anabranch.benchmarks.Following} a run that
 * follows a log, {@link io.anabranch.benchmarks.IncrementalBatch} a batch run for one new epoch
 * against a full one, {@link io.anabranch.benchmarks.StoreSpeed} the store against plain JDBC.
 */
package io.anabranch.benchmarks;
