/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.nexmark;

import io.anabranch.nexmark.Auctions.Event;
import io.anabranch.nexmark.Auctions.Kind;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;

/** The transforms of the views of {@link Auctions}. */
final class Queries {
  static final Set<String> LOCAL_STATES = Set.of("OR", "ID", "CA");
  static final long LOCAL_CATEGORY = 10;
  private static final KvCoder<String, Long> NUMBERS =
      KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());
  private static final KvCoder<String, String> TEXTS =
      KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of());

  private Queries() {}

  /** Euro cents of dollar cents. */
  static long euro(long dollarCents) {
    return dollarCents * 908 / 1000;
  }

  static org.joda.time.Duration joda(Duration length) {
    return org.joda.time.Duration.millis(length.toMillis());
  }

  private static PCollection<KV<String, Long>> keyed(
      PCollection<Event> events,
      String name,
      Kind kind,
      WindowFn<Object, ?> windows,
      DoFn<Event, KV<String, Long>> fn) {
    return events
        .apply(name + "Only", Filter.by(event -> event.kind() == kind))
        .apply(name + "Keyed", ParDo.of(fn))
        .setCoder(NUMBERS)
        .apply(name + "Windows", Window.into(windows));
  }

  /** The price of each bid in another currency, by the bid. */
  static final class Prices extends PTransform<PCollection<Event>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Event> events) {
      return keyed(events, "Bids", Kind.BID, FixedWindows.of(joda(Auctions.HOUR)), new PriceFn());
    }
  }

  /** Auctions of a category by people of some states who came in the same hour. */
  static final class LocalItems
      extends PTransform<PCollection<Event>, PCollection<KV<String, String>>> {
    private static final long serialVersionUID = 1L;
    private static final TupleTag<Long> AUCTIONS = new TupleTag<>("auctions") {};
    private static final TupleTag<String> STATES = new TupleTag<>("states") {};

    @Override
    public PCollection<KV<String, String>> expand(PCollection<Event> events) {
      PCollection<KV<String, Long>> auctions =
          keyed(
              events,
              "Auctions",
              Kind.AUCTION,
              FixedWindows.of(joda(Auctions.HOUR)),
              new AuctionFn());
      PCollection<KV<String, String>> states =
          events
              .apply("PeopleOnly", Filter.by(event -> event.kind() == Kind.PERSON))
              .apply("PeopleKeyed", ParDo.of(new StateFn()))
              .setCoder(TEXTS)
              .apply("PeopleWindows", Window.into(FixedWindows.of(joda(Auctions.HOUR))));
      return KeyedPCollectionTuple.of(AUCTIONS, auctions)
          .and(STATES, states)
          .apply("Join", CoGroupByKey.create())
          .apply("Items", ParDo.of(new ItemFn()))
          .setCoder(TEXTS);
    }
  }

  /** The auctions of most bids in the last hour, and how many these were. */
  static final class HotItems
      extends PTransform<PCollection<Event>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Event> events) {
      PCollection<KV<String, Long>> counts =
          keyed(
                  events,
                  "Bids",
                  Kind.BID,
                  SlidingWindows.of(joda(Auctions.HOUR)).every(joda(Auctions.SLIDE)),
                  new BidFn(false))
              .apply("Count", Count.perKey());
      PCollectionView<Long> most =
          counts
              .apply("Counts", Values.create())
              .apply("Most", Max.longsGlobally().withoutDefaults())
              .apply("AsMost", View.<Long>asSingleton().withDefaultValue(0L));
      return counts.apply("Hot", ParDo.of(new HotFn(most)).withSideInputs(most));
    }
  }

  /** How many bids a person made without a pause. */
  static final class Bidding extends PTransform<PCollection<Event>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Event> events) {
      return keyed(
              events,
              "Bids",
              Kind.BID,
              Sessions.withGapDuration(joda(Auctions.GAP)),
              new BidFn(true))
          .apply("Count", Count.perKey());
    }
  }

  /** The highest price of an auction in each hour, by state and a timer at the hour's end. */
  static final class WinningBids
      extends PTransform<PCollection<Event>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<Event> events) {
      return keyed(events, "Bids", Kind.BID, FixedWindows.of(joda(Auctions.HOUR)), new BidFn(false))
          .apply("Highest", ParDo.of(new HighestFn()))
          .setCoder(NUMBERS);
    }
  }

  private static final class PriceFn extends DoFn<Event, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Event bid, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(Long.toString(bid.id()), euro(bid.number())));
    }
  }

  private static final class BidFn extends DoFn<Event, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private final boolean byBidder;

    BidFn(boolean byBidder) {
      this.byBidder = byBidder;
    }

    @ProcessElement
    public void process(@Element Event bid, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(Long.toString(byBidder ? bid.by() : bid.of()), bid.number()));
    }
  }

  private static final class AuctionFn extends DoFn<Event, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Event auction, OutputReceiver<KV<String, Long>> out) {
      if (auction.number() == LOCAL_CATEGORY) {
        out.output(KV.of(Long.toString(auction.of()), auction.id()));
      }
    }
  }

  private static final class StateFn extends DoFn<Event, KV<String, String>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Event person, OutputReceiver<KV<String, String>> out) {
      if (LOCAL_STATES.contains(person.text())) {
        out.output(KV.of(Long.toString(person.id()), person.text()));
      }
    }
  }

  private static final class ItemFn extends DoFn<KV<String, CoGbkResult>, KV<String, String>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<String, CoGbkResult> seller, OutputReceiver<KV<String, String>> out) {
      TreeSet<String> states = new TreeSet<>();
      seller.getValue().getAll(LocalItems.STATES).forEach(states::add);
      if (!states.isEmpty()) {
        for (long auction : seller.getValue().getAll(LocalItems.AUCTIONS)) {
          out.output(KV.of(Long.toString(auction), seller.getKey() + " of " + states.first()));
        }
      }
    }
  }

  private static final class HotFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Long> most;

    HotFn(PCollectionView<Long> most) {
      this.most = most;
    }

    @ProcessElement
    public void process(ProcessContext context) {
      if (context.element().getValue().equals(context.sideInput(most))) {
        context.output(context.element());
      }
    }
  }

  private static final class HighestFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @StateId("highest")
    private final StateSpec<CombiningState<Long, long[], Long>> highestSpec =
        StateSpecs.combining(Max.ofLongs());

    @StateId("auction")
    private final StateSpec<ValueState<String>> auctionSpec =
        StateSpecs.value(StringUtf8Coder.of());

    @TimerId("end")
    private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<String, Long> bid,
        BoundedWindow window,
        @StateId("highest") CombiningState<Long, long[], Long> highest,
        @StateId("auction") ValueState<String> auction,
        @TimerId("end") Timer end) {
      highest.add(bid.getValue());
      auction.write(bid.getKey());
      end.set(window.maxTimestamp());
    }

    @OnTimer("end")
    public void atEnd(
        @StateId("highest") CombiningState<Long, long[], Long> highest,
        @StateId("auction") ValueState<String> auction,
        OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(auction.read(), highest.read()));
    }
  }
}
