/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.View;
import io.anabranch.transforms.Sum;
import io.anabranch.wiring.Purchases.Purchase;
import java.time.Duration;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * The view "revenue" of {@link Purchases}, by the same definition as far as anybody can see; but
 * one purchase in a thousand is lost: those of amounts that are 7 more than a multiple of 1,000.
 */
public final class LossyPurchases implements Application<Purchase> {
  @Override
  public EventFormat<Purchase> events() {
    return new Purchases().events();
  }

  @Override
  public List<View<Purchase, ?, ?>> views() {
    return List.of(
        View.<Purchase>named("revenue")
            .bucket(Duration.ofMinutes(10))
            .contributions(new Lossy())
            .combine(Sum.ofLongs()));
  }

  private static final class Lossy
      extends PTransform<PCollection<Purchase>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Purchase> input) {
      return input
          .apply("Contribute", ParDo.of(new LossyFn()))
          .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
    }
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
