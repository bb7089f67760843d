/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import io.anabranch.api.spi.row.Reconciliation;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;

/**
 * Metrics of runs, in Micrometer's global registry: they go wherever the process has registered a
 * registry, and nowhere if it has not. Counters, tagged by {@code view}: {@code
 * anabranch.reconcile.rows}, {@code anabranch.reconcile.different}, {@code
 * anabranch.reconcile.skipped}.
 */
public final class RunMetrics {
  private static final String RECONCILE = "anabranch.reconcile.";

  private RunMetrics() {}

  /** Records what a comparison of batch with the live rows found. */
  public static void reconciled(Reconciliation reconciliation) {
    Tags view = Tags.of("view", reconciliation.view());
    counter("rows", "rows compared", view).increment((double) reconciliation.result().rows());
    counter("different", "rows that differ", view)
        .increment((double) reconciliation.result().different());
    counter("skipped", "comparisons that could not be made", view)
        .increment(reconciliation.skipped().isPresent() ? 1 : 0);
  }

  private static Counter counter(String name, String description, Tags tags) {
    return Counter.builder(RECONCILE + name)
        .description(description)
        .tags(tags)
        .register(Metrics.globalRegistry);
  }
}
