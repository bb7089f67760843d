/**
 * Programs that measure, each with a {@code main}: {@link io.anabranch.benchmarks.IncrementalBatch}
 * compares a batch run for one new epoch with a full one. Figures are medians of paired runs.
 */
package io.anabranch.benchmarks;
