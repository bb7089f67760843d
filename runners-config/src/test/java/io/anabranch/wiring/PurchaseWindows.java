/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.MaterializedView;
import io.anabranch.wiring.Purchases.Purchase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Windowed views of purchases, and beside each what it must say, by plain loops: sessions of a
 * buyer, the largest amount of an item in sliding windows, what a buyer bought in half an hour by
 * state and a timer, and how many sessions of two purchases or more ended in an hour.
 */
final class PurchaseWindows {
  static final Duration GAP = Duration.ofMinutes(3);
  private static final Duration HALF_HOUR = Duration.ofMinutes(30);
  private static final Duration HOUR = Duration.ofHours(1);

  private PurchaseWindows() {}

  /**
   * A row.
   *
   * @param start where its window begins
   * @param end where its window ends
   */
  record Row(Instant start, Instant end, String key) implements Comparable<Row> {
    @Override
    public int compareTo(Row other) {
      return Comparator.comparing(Row::start)
          .thenComparing(Row::end)
          .thenComparing(Row::key)
          .compare(this, other);
    }
  }

  static List<MaterializedView<Purchase, ?, ?>> views(int revision) {
    return List.of(
        MaterializedView.of(Purchase.class, "baskets")
            .lateness(HALF_HOUR)
            .lookback(Duration.ofHours(2))
            .rows(new Baskets())
            .revision(revision)
            .totals(Long::sum),
        MaterializedView.of(Purchase.class, "dearest")
            .lateness(Duration.ofMinutes(31)) // so that a window needs nearly all of the lookback
            .lookback(HOUR)
            .rows(new Dearest())
            .revision(revision)
            .clockSkew(Duration.ZERO),
        MaterializedView.of(Purchase.class, "spent")
            .lateness(Duration.ofMinutes(90))
            .lookback(HALF_HOUR)
            .rows(new Spent())
            .revision(revision)
            .clockSkew(Duration.ofMinutes(40)),
        MaterializedView.of(Purchase.class, "visits")
            .lateness(Duration.ZERO)
            .lookback(Duration.ofHours(3))
            .rows(new Visits())
            .revision(revision));
  }

  /** Returns the rows of a view of these purchases, whether their windows are complete or not. */
  static Map<Row, Long> rows(String view, List<Purchase> purchases) {
    return switch (view) {
      case "baskets" -> baskets(purchases);
      case "dearest" -> dearest(purchases);
      case "spent" -> spent(purchases);
      case "visits" -> visits(purchases);
      default -> throw new IllegalArgumentException(view);
    };
  }

  /** Sums and counts what a buyer bought in a row, no further apart than the gap. */
  private static Map<Row, Long> baskets(List<Purchase> purchases) {
    Map<Row, Long> rows = new TreeMap<>();
    sessions(purchases)
        .forEach(
            session ->
                rows.put(
                    new Row(
                        session.get(0).time(),
                        session.get(session.size() - 1).time().plus(GAP),
                        session.get(0).buyer()),
                    digest(session.stream().map(Purchase::amount).toList())));
    return rows;
  }

  private static List<List<Purchase>> sessions(List<Purchase> purchases) {
    List<List<Purchase>> sessions = new ArrayList<>();
    Map<String, List<Purchase>> byBuyer =
        purchases.stream().collect(Collectors.groupingBy(Purchase::buyer));
    byBuyer
        .values()
        .forEach(
            of -> {
              List<Purchase> session = new ArrayList<>();
              for (Purchase next :
                  of.stream().sorted(Comparator.comparing(Purchase::time)).toList()) {
                if (!session.isEmpty()
                    && !next.time().isBefore(session.get(session.size() - 1).time().plus(GAP))) {
                  sessions.add(session);
                  session = new ArrayList<>();
                }
                session.add(next);
              }
              sessions.add(session);
            });
    return sessions;
  }

  private static Map<Row, Long> dearest(List<Purchase> purchases) {
    Map<Row, Long> rows = new TreeMap<>();
    for (Purchase purchase : purchases) {
      Instant last = floor(purchase.time(), HALF_HOUR);
      for (Instant start : List.of(last, last.minus(HALF_HOUR))) {
        rows.merge(new Row(start, start.plus(HOUR), purchase.item()), purchase.amount(), Math::max);
      }
    }
    return rows;
  }

  private static Map<Row, Long> spent(List<Purchase> purchases) {
    Map<Row, List<Long>> amounts = new TreeMap<>();
    for (Purchase purchase : purchases) {
      Instant start = floor(purchase.time(), HALF_HOUR);
      amounts
          .computeIfAbsent(
              new Row(start, start.plus(HALF_HOUR), purchase.buyer()), absent -> new ArrayList<>())
          .add(purchase.amount());
    }
    Map<Row, Long> rows = new TreeMap<>();
    amounts.forEach((row, of) -> rows.put(row, digest(of)));
    return rows;
  }

  private static Map<Row, Long> visits(List<Purchase> purchases) {
    Map<Row, Long> rows = new TreeMap<>();
    for (List<Purchase> session : sessions(purchases)) {
      Instant end = session.get(session.size() - 1).time().plus(GAP).minusMillis(1);
      Instant start = floor(end, HOUR);
      if (session.size() > 1) {
        rows.merge(new Row(start, start.plus(HOUR), session.get(0).buyer()), 1L, Long::sum);
      }
    }
    return rows;
  }

  private static Instant floor(Instant time, Duration length) {
    long millis = length.toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(time.toEpochMilli(), millis) * millis);
  }

  /** A number by which an amount that is missing, doubled or another is noticed. */
  private static long digest(Iterable<Long> amounts) {
    long sum = 0;
    for (long amount : amounts) {
      sum += 1_000_003 + amount * amount;
    }
    return sum;
  }

  private static org.joda.time.Duration joda(Duration length) {
    return org.joda.time.Duration.millis(length.toMillis());
  }

  private static PCollection<KV<String, Long>> byBuyer(
      PCollection<Purchase> purchases, String view) {
    return purchases
        .apply("ByBuyer", ParDo.of(new AmountFn(view, true)))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
  }

  private static PCollection<KV<String, Long>> byItem(PCollection<Purchase> purchases) {
    return purchases
        .apply("ByItem", ParDo.of(new AmountFn("dearest", false)))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
  }

  private static final class Baskets
      extends PTransform<PCollection<Purchase>, PCollection<KV<String, Long>>> {
    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Purchase> purchases) {
      return byBuyer(purchases, "baskets")
          .apply("Sessions", Window.into(Sessions.withGapDuration(joda(GAP))))
          .apply("Session", GroupByKey.create())
          .apply("Digest", ParDo.of(new DigestFn()));
    }
  }

  private static final class Dearest
      extends PTransform<PCollection<Purchase>, PCollection<KV<String, Long>>> {
    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Purchase> purchases) {
      return byItem(purchases)
          .apply("Sliding", Window.into(SlidingWindows.of(joda(HOUR)).every(joda(HALF_HOUR))))
          .apply("Max", Max.longsPerKey());
    }
  }

  private static final class Spent
      extends PTransform<PCollection<Purchase>, PCollection<KV<String, Long>>> {
    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Purchase> purchases) {
      return byBuyer(purchases, "spent")
          .apply("HalfHours", Window.into(FixedWindows.of(joda(HALF_HOUR))))
          .apply("Gather", ParDo.of(new GatherFn()));
    }
  }

  private static final class Visits
      extends PTransform<PCollection<Purchase>, PCollection<KV<String, Long>>> {
    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Purchase> purchases) {
      return byBuyer(purchases, "visits")
          .apply("Sessions", Window.into(Sessions.withGapDuration(joda(GAP))))
          .apply("Session", GroupByKey.create())
          .apply("OfTwo", ParDo.of(new OfTwoFn()))
          .apply("Hours", Window.into(FixedWindows.of(joda(HOUR))))
          .apply("Sum", org.apache.beam.sdk.transforms.Sum.longsPerKey());
    }
  }

  private static final class AmountFn extends DoFn<Purchase, KV<String, Long>> {
    private final String view;
    private final boolean byBuyer;

    AmountFn(String view, boolean byBuyer) {
      this.view = view;
      this.byBuyer = byBuyer;
    }

    @ProcessElement
    public void process(@Element Purchase purchase, OutputReceiver<KV<String, Long>> out) {
      out.output(
          KV.of(byBuyer ? purchase.buyer() : purchase.item(), purchase.takenBy(view).amount()));
    }
  }

  private static final class DigestFn extends DoFn<KV<String, Iterable<Long>>, KV<String, Long>> {
    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> session, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(session.getKey(), digest(session.getValue())));
    }
  }

  private static final class OfTwoFn extends DoFn<KV<String, Iterable<Long>>, KV<String, Long>> {
    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> session, OutputReceiver<KV<String, Long>> out) {
      Iterator<Long> amounts = session.getValue().iterator();
      amounts.next();
      if (amounts.hasNext()) {
        out.output(KV.of(session.getKey(), 1L));
      }
    }
  }

  /** Gathers amounts in state, and gives their digest at the end of the window. */
  private static final class GatherFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    @StateId("amounts")
    private final StateSpec<BagState<Long>> amountsSpec = StateSpecs.bag(VarLongCoder.of());

    @StateId("key")
    private final StateSpec<ValueState<String>> keySpec = StateSpecs.value(StringUtf8Coder.of());

    @TimerId("end")
    private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<String, Long> amount,
        BoundedWindow window,
        @StateId("amounts") BagState<Long> amounts,
        @StateId("key") ValueState<String> key,
        @TimerId("end") Timer end) {
      amounts.add(amount.getValue());
      key.write(amount.getKey());
      end.set(window.maxTimestamp());
    }

    @OnTimer("end")
    public void atEnd(
        @StateId("amounts") BagState<Long> amounts,
        @StateId("key") ValueState<String> key,
        OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(key.read(), digest(amounts.read())));
    }
  }
}
