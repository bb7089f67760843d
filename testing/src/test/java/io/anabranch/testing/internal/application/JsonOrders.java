/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.application;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.cli.Anabranch;
import io.anabranch.formats.JsonFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Sum;

/** An application whose events are JSON. */
public final class JsonOrders implements Application<JsonOrders.Order> {

  /** One order. */
  public record Order(String shop, long cents, Instant at) {}

  /** Runs the commands of Anabranch on this application. */
  public static void main(String[] args) {
    Anabranch.main(JsonOrders.class, args);
  }

  @Override
  public EventFormat<Order> events() {
    return JsonFormat.of(Order.class).timestamp(Order::at);
  }

  @Override
  public List<MaterializedView<Order, ?, ?>> views() {
    return List.of(
        MaterializedView.of(Order.class, "revenue")
            .bucket(Duration.ofHours(1))
            .contributions(Order::shop, Order::cents)
            .combine(Sum.ofLongs()),
        MaterializedView.of(Order.class, "mean-order")
            .bucket(Duration.ofHours(1))
            .contributions(Order::shop, Order::cents)
            .combine(Mean.of()));
  }
}
