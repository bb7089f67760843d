/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.wiring.Purchases.Purchase;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/**
 * One purchase in a thousand is lost: those of amounts that are 7 more than a multiple of 1,000.
 */
public final class LossyPurchases extends RevenueBy {
  /** Makes it. */
  public LossyPurchases() {
    super(new LossyFn());
  }

  private static final class LossyFn extends DoFn<Purchase, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Purchase purchase, OutputReceiver<KV<String, Long>> out) {
      if (purchase.amount() % 1_000 != 7) {
        out.output(KV.of(purchase.item(), purchase.amount()));
      }
    }
  }
}
