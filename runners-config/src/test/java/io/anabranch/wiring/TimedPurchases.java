/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.wiring.Purchases.Purchase;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Instant;

/**
 * Contributions have the times of their purchases as timestamps, also where these lie after the end
 * of the epoch.
 */
public final class TimedPurchases extends RevenueBy {
  /** Makes it. */
  public TimedPurchases() {
    super(new TimedFn());
  }

  private static final class TimedFn extends DoFn<Purchase, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Purchase purchase, OutputReceiver<KV<String, Long>> out) {
      out.outputWithTimestamp(
          KV.of(purchase.item(), purchase.amount()),
          Instant.ofEpochMilli(purchase.time().toEpochMilli()));
    }
  }
}
