/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.transforms.DistinctCount;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * An application for tests: lines of {@code TIME,BUYER,ITEM,AMOUNT}. One view sums, one keeps
 * sketches, one emits several contributions per event or none, and looks at its window.
 */
public final class Purchases implements Application<Purchases.Purchase> {
  /** What somebody bought. */
  public record Purchase(Instant time, String buyer, String item, long amount) {
    public static Purchase parse(String line) {
      String[] fields = line.split(",", -1);
      if (fields.length != 4) {
        throw new IllegalArgumentException("not four fields");
      }
      return new Purchase(
          Instant.parse(fields[0]), fields[1], fields[2], Long.parseLong(fields[3]));
    }

    /** As another definition would have it. */
    Purchase times(int factor) {
      return new Purchase(time, buyer, item, amount * factor);
    }

    /** Returns whether a step of a view throws on it. */
    boolean isRefusedBy(String view) {
      return item.equals(REFUSED_BY + view);
    }

    /** Returns it, or throws. */
    Purchase takenBy(String view) {
      if (isRefusedBy(view)) {
        throw new IllegalStateException("refused: " + this);
      }
      return this;
    }

    @Override
    public String toString() {
      return time + "," + buyer + "," + item + "," + amount;
    }
  }

  /** The item of a purchase on which a step of a view throws begins so; the view's name follows. */
  static final String REFUSED_BY = "!";

  /** The names of the views. */
  static final List<String> NAMES =
      List.of("revenue", "buyers", "units", "baskets", "dearest", "spent", "visits");

  static final int WINDOWED_FROM = 3;
  public static final int ALL = 7;

  private final int views;
  private final int revision;

  /** The combined views. */
  public Purchases() {
    this(WINDOWED_FROM);
  }

  /** All views, those with windows of their own included. */
  static Purchases withWindows() {
    return new Purchases(ALL);
  }

  /** The first ones of the views. */
  Purchases(int views) {
    this(views, 1);
  }

  /** The first ones of the views, by a definition that takes each amount so many times. */
  Purchases(int views, int revision) {
    this.views = views;
    this.revision = revision;
  }

  @Override
  public EventFormat<Purchase> events() {
    int factor = revision;
    return EventFormat.lines(line -> Purchase.parse(line).times(factor))
        .timestamp(Purchase::time)
        .coder(new PurchaseCoder());
  }

  @Override
  public List<MaterializedView<Purchase, ?, ?>> views() {
    List<MaterializedView<Purchase, ?, ?>> all =
        List.of(
            MaterializedView.of(Purchase.class, "revenue")
                .bucket(Duration.ofMinutes(10))
                .contributions(contributions(new RevenueFn()))
                .combine(Sum.ofLongs())
                .revision(revision),
            MaterializedView.of(Purchase.class, "buyers")
                .bucket(Duration.ofDays(1))
                .contributions(
                    new PTransform<PCollection<Purchase>, PCollection<KV<String, String>>>() {
                      @Override
                      public PCollection<KV<String, String>> expand(PCollection<Purchase> input) {
                        return input
                            .apply("BuyerByItem", ParDo.of(new BuyerFn()))
                            .setCoder(KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()));
                      }
                    })
                .combine(DistinctCount.approximately())
                .revision(revision),
            MaterializedView.of(Purchase.class, "units")
                .bucket(Duration.ofSeconds(1))
                .contributions(contributions(new UnitsFn()))
                .combine(Sum.ofLongs())
                .revision(revision));
    List<MaterializedView<Purchase, ?, ?>> withWindows = new ArrayList<>(all);
    withWindows.addAll(PurchaseWindows.views(revision));
    return withWindows.subList(0, views);
  }

  private static PTransform<PCollection<Purchase>, PCollection<KV<String, Long>>> contributions(
      DoFn<Purchase, KV<String, Long>> fn) {
    return new PTransform<>() {
      @Override
      public PCollection<KV<String, Long>> expand(PCollection<Purchase> input) {
        return input
            .apply("Contribute", ParDo.of(fn))
            .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
      }
    };
  }

  private static final class RevenueFn extends DoFn<Purchase, KV<String, Long>> {
    @ProcessElement
    public void process(@Element Purchase purchase, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(purchase.item(), purchase.takenBy("revenue").amount()));
    }
  }

  private static final class BuyerFn extends DoFn<Purchase, KV<String, String>> {
    @ProcessElement
    public void process(@Element Purchase purchase, OutputReceiver<KV<String, String>> out) {
      out.output(KV.of(purchase.item(), purchase.takenBy("buyers").buyer()));
    }
  }

  /** One contribution per unit; fails if the window is not the bucket of the event. */
  private static final class UnitsFn extends DoFn<Purchase, KV<String, Long>> {
    @ProcessElement
    public void process(
        @Element Purchase purchase, IntervalWindow window, OutputReceiver<KV<String, Long>> out) {
      long time = purchase.time().toEpochMilli();
      if (time < window.start().getMillis() || time >= window.end().getMillis()) {
        throw new IllegalStateException(purchase + " is in the window " + window);
      }
      for (int unit = 0; unit < purchase.amount() % 4; unit++) {
        out.output(KV.of(purchase.buyer() + "/" + purchase.item(), 1L));
      }
      purchase.takenBy("units"); // after what it contributes was output
    }
  }
}
