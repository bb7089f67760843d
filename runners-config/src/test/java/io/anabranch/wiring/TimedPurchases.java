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
 * The view "revenue" of {@link Purchases}, whose contributions have the times of their purchases as
 * timestamps, also where these lie after the end of the epoch.
 */
public final class TimedPurchases implements Application<Purchase> {
  @Override
  public EventFormat<Purchase> events() {
    return new Purchases().events();
  }

  @Override
  public List<View<Purchase, ?, ?>> views() {
    return List.of(
        View.<Purchase>named("revenue")
            .bucket(Duration.ofMinutes(10))
            .contributions(new Timed())
            .combine(Sum.ofLongs()));
  }

  private static final class Timed
      extends PTransform<PCollection<Purchase>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Purchase> input) {
      return input
          .apply("Contribute", ParDo.of(new TimedFn()))
          .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
    }
  }

  private static final class TimedFn extends DoFn<Purchase, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Purchase purchase, OutputReceiver<KV<String, Long>> out) {
      out.outputWithTimestamp(
          KV.of(purchase.item(), purchase.amount()),
          org.joda.time.Instant.ofEpochMilli(purchase.time().toEpochMilli()));
    }
  }
}
