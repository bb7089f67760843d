/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.nexmark;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;

/**
 * An auction house: people, auctions and bids in one log of lines.
 *
 * <table>
 * <caption>Views</caption>
 * <tr><th>view</th><th>query of Nexmark</th><th>shape</th></tr>
 * <tr><td>{@code prices}</td><td>1, currency conversion</td><td>element by element</td></tr>
 * <tr><td>{@code local-items}</td><td>3, local item suggestion</td><td>a join</td></tr>
 * <tr><td>{@code hot-items}</td><td>5, hot items</td><td>sliding windows, two groupings and a
 *     side input made from the events</td></tr>
 * <tr><td>{@code bidding}</td><td>11, user sessions</td><td>sessions</td></tr>
 * <tr><td>{@code winning-bids}</td><td>4, the winning bid of an auction</td><td>state and timers
 *     </td></tr>
 * </table>
 */
public final class Auctions implements Application<Auctions.Event> {
  static final Duration GAP = Duration.ofMinutes(5);
  static final Duration HOUR = Duration.ofHours(1);
  static final Duration SLIDE = Duration.ofMinutes(20);
  static final Duration LATENESS = Duration.ofMinutes(20);

  /** What happened. */
  enum Kind {
    PERSON,
    AUCTION,
    BID
  }

  /**
   * One line of the log.
   *
   * @param id of the person, the auction or the bid
   * @param of the auction's seller or the bid's auction; 0 for a person
   * @param by the bid's bidder, else 0
   * @param number the bid's price or the auction's category, else 0
   * @param text the person's state, else empty
   */
  record Event(Kind kind, Instant time, long id, long of, long by, long number, String text) {
    static Event parse(String line) {
      String[] field = line.split(",", -1);
      return new Event(
          Kind.valueOf(field[0]),
          Instant.parse(field[1]),
          Long.parseLong(field[2]),
          Long.parseLong(field[3]),
          Long.parseLong(field[4]),
          Long.parseLong(field[5]),
          field[6]);
    }

    @Override
    public String toString() {
      return kind + "," + time + "," + id + "," + of + "," + by + "," + number + "," + text;
    }
  }

  @Override
  public EventFormat<Event> events() {
    return EventFormat.lines(Event::parse).timestamp(Event::time).coder(new EventCoder());
  }

  @Override
  public List<MaterializedView<Event, ?, ?>> views() {
    return List.of(
        MaterializedView.of(Event.class, "prices")
            .lateness(LATENESS)
            .lookback(HOUR)
            .rows(new Queries.Prices()),
        MaterializedView.of(Event.class, "local-items")
            .lateness(LATENESS)
            .lookback(HOUR)
            .rows(new Queries.LocalItems()),
        MaterializedView.of(Event.class, "hot-items")
            .lateness(LATENESS)
            .lookback(HOUR)
            .rows(new Queries.HotItems()),
        MaterializedView.of(Event.class, "bidding")
            .lateness(LATENESS)
            .lookback(HOUR.multipliedBy(3))
            .rows(new Queries.Bidding())
            .totals(Long::sum),
        MaterializedView.of(Event.class, "winning-bids")
            .lateness(LATENESS)
            .lookback(HOUR)
            .rows(new Queries.WinningBids()));
  }

  /** The coder of {@link Event}: its line. */
  static final class EventCoder extends CustomCoder<Event> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Event event, OutputStream out) throws IOException {
      StringUtf8Coder.of().encode(event.toString(), out);
    }

    @Override
    public Event decode(InputStream in) throws IOException {
      return Event.parse(StringUtf8Coder.of().decode(in));
    }
  }
}
