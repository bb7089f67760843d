/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.nexmark;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.anabranch.nexmark.Auctions.Event;
import io.anabranch.nexmark.Auctions.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the views of {@link Auctions} must say: plain loops over all events, without Beam. */
final class Expected {
  private Expected() {}

  /** Returns the value of each row, by "start/end key", and the end of its window. */
  static Map<String, Object> rows(String view, List<Event> events, Instant windowsEndBy) {
    Rows rows = new Rows(windowsEndBy);
    List<Event> bids = of(events, Kind.BID);
    switch (view) {
      case "prices" -> bids.forEach(bid -> rows.put(hour(bid.time()), bid.id(), euro(bid)));
      case "local-items" -> localItems(events, rows);
      case "hot-items" -> hotItems(bids, rows);
      case "bidding" -> bidding(bids, rows);
      case "winning-bids" ->
          bids.forEach(bid -> rows.max(hour(bid.time()), bid.of(), bid.number()));
      default -> throw new IllegalArgumentException(view);
    }
    return rows.rows;
  }

  private static final class Rows {
    private final Instant windowsEndBy;
    private final Map<String, Object> rows = new TreeMap<>();

    Rows(Instant windowsEndBy) {
      this.windowsEndBy = windowsEndBy;
    }

    void put(Instant start, long key, Object value) {
      put(start, start.plus(Auctions.HOUR), key, value);
    }

    void put(Instant start, Instant end, long key, Object value) {
      if (!end.isAfter(windowsEndBy)) {
        rows.put(start + "/" + end + " " + key, value);
      }
    }

    void max(Instant start, long key, long value) {
      Object before = rows.get(start + "/" + start.plus(Auctions.HOUR) + " " + key);
      put(start, key, before == null ? value : Math.max((Long) before, value));
    }
  }

  private static void localItems(List<Event> events, Rows rows) {
    for (Event auction : of(events, Kind.AUCTION)) {
      TreeSet<String> states = new TreeSet<>();
      for (Event person : of(events, Kind.PERSON)) {
        if (person.id() == auction.of()
            && hour(person.time()).equals(hour(auction.time()))
            && Queries.LOCAL_STATES.contains(person.text())) {
          states.add(person.text());
        }
      }
      if (auction.number() == Queries.LOCAL_CATEGORY && !states.isEmpty()) {
        rows.put(hour(auction.time()), auction.id(), auction.of() + " of " + states.first());
      }
    }
  }

  private static void hotItems(List<Event> bids, Rows rows) {
    TreeSet<Instant> starts = new TreeSet<>();
    for (Event bid : bids) {
      Instant start = floor(bid.time(), Auctions.SLIDE);
      for (; start.plus(Auctions.HOUR).isAfter(bid.time()); start = start.minus(Auctions.SLIDE)) {
        starts.add(start);
      }
    }
    for (Instant start : starts) {
      Instant end = start.plus(Auctions.HOUR);
      Map<Long, Long> counts =
          bids.stream()
              .filter(bid -> !bid.time().isBefore(start) && bid.time().isBefore(end))
              .collect(groupingBy(Event::of, counting()));
      long most = counts.values().stream().max(Long::compare).orElseThrow();
      counts.forEach(
          (auction, count) -> {
            if (count == most) {
              rows.put(start, auction, count);
            }
          });
    }
  }

  private static void bidding(List<Event> bids, Rows rows) {
    Collection<List<Event>> byBidder = bids.stream().collect(groupingBy(Event::by)).values();
    for (List<Event> of : byBidder) {
      List<Instant> times = of.stream().map(Event::time).sorted().collect(toList());
      int first = 0;
      for (int next = 1; next <= times.size(); next++) {
        Instant end = times.get(next - 1).plus(Auctions.GAP);
        if (next == times.size() || !times.get(next).isBefore(end)) {
          rows.put(times.get(first), end, of.get(0).by(), (long) (next - first));
          first = next;
        }
      }
    }
  }

  private static List<Event> of(List<Event> events, Kind kind) {
    return events.stream().filter(event -> event.kind() == kind).toList();
  }

  private static Object euro(Event bid) {
    return Queries.euro(bid.number());
  }

  private static Instant hour(Instant time) {
    return floor(time, Auctions.HOUR);
  }

  private static Instant floor(Instant time, Duration length) {
    long millis = length.toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(time.toEpochMilli(), millis) * millis);
  }
}
