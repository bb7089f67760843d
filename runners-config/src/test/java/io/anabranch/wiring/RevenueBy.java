/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.wiring.Purchases.Purchase;
import java.time.Duration;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * The view "revenue" of {@link Purchases}, by the same definition as far as anybody can see, but
 * with contributions of another function.
 */
abstract class RevenueBy implements Application<Purchase> {
  private final DoFn<Purchase, KV<String, Long>> function;

  RevenueBy(DoFn<Purchase, KV<String, Long>> function) {
    this.function = function;
  }

  @Override
  public EventFormat<Purchase> events() {
    return new Purchases().events();
  }

  @Override
  public List<MaterializedView<Purchase, ?, ?>> views() {
    return List.of(
        MaterializedView.of(Purchase.class, "revenue")
            .bucket(Duration.ofMinutes(10))
            .contributions(
                new PTransform<PCollection<Purchase>, PCollection<KV<String, Long>>>() {
                  @Override
                  public PCollection<KV<String, Long>> expand(PCollection<Purchase> input) {
                    return input
                        .apply("Contribute", ParDo.of(function))
                        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
                  }
                })
            .combine(Sum.ofLongs()));
  }
}
