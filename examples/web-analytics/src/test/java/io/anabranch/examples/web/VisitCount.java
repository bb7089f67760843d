/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counts visits by plain loops over all lines, with a parser of its own: what the views of {@link
 * WebVisits} must say of windows that end by some time. A row is named by window and key.
 */
final class VisitCount {
  private static final Duration GAP = Duration.ofMinutes(30);
  private static final Duration HOUR = Duration.ofHours(1);

  private final List<Request> requests;

  private VisitCount(List<Request> requests) {
    this.requests = requests;
  }

  static VisitCount of(List<String> lines) {
    return new VisitCount(
        lines.stream().flatMap(line -> ReferenceParser.parse(line).stream()).toList());
  }

  /** Returns the rows of a view whose windows end by a time. */
  Map<String, Object> view(String view, Instant by) {
    Map<String, Object> rows = new TreeMap<>();
    switch (view) {
      case "sessions" -> sessions().forEach(session -> putSession(session, by, rows));
      case "bounce-rate" -> putBounces(by, rows);
      case "top-pages" -> putTopPages(by, rows);
      default -> throw new IllegalArgumentException(view);
    }
    return rows;
  }

  static String row(Instant start, Instant end, String key) {
    return start + "/" + end + " " + key;
  }

  private List<List<Request>> sessions() {
    List<List<Request>> sessions = new ArrayList<>();
    for (List<Request> of :
        requests.stream()
            .collect(Collectors.groupingBy(each -> each.address() + " " + each.agent()))
            .values()) {
      List<Request> session = new ArrayList<>();
      for (Request next :
          of.stream()
              .sorted(Comparator.comparing(Request::time).thenComparing(Request::page))
              .toList()) {
        if (!session.isEmpty() && !next.time().isBefore(end(session))) {
          sessions.add(session);
          session = new ArrayList<>();
        }
        session.add(next);
      }
      sessions.add(session);
    }
    return sessions;
  }

  private static Instant end(List<Request> session) {
    return session.get(session.size() - 1).time().plus(GAP);
  }

  private static void putSession(List<Request> session, Instant by, Map<String, Object> rows) {
    Request first = session.get(0);
    put(
        rows,
        first.time(),
        end(session),
        by,
        first.address() + " " + first.agent(),
        new Visit(
            first.page(),
            first.time(),
            session.size(),
            session.stream().mapToLong(Request::bytes).sum()));
  }

  private void putBounces(Instant by, Map<String, Object> rows) {
    Map<Instant, Map<String, int[]>> hours = new TreeMap<>();
    for (List<Request> session : sessions()) {
      int[] counts =
          hours
              .computeIfAbsent(hour(end(session).minusMillis(1)), absent -> new TreeMap<>())
              .computeIfAbsent(session.get(0).page(), absent -> new int[2]);
      counts[0]++;
      counts[1] += session.size() == 1 ? 1 : 0;
    }
    hours.forEach(
        (hour, pages) ->
            pages.forEach(
                (page, counts) ->
                    put(rows, hour, hour.plus(HOUR), by, page, new Bounces(counts[0], counts[1]))));
  }

  private void putTopPages(Instant by, Map<String, Object> rows) {
    Map<Instant, Map<String, Long>> hours =
        requests.stream()
            .collect(
                Collectors.groupingBy(
                    each -> hour(each.time()),
                    Collectors.groupingBy(Request::page, Collectors.counting())));
    hours.forEach(
        (hour, pages) ->
            pages.entrySet().stream()
                .sorted(
                    Map.Entry.<String, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(10)
                .forEach(
                    page -> put(rows, hour, hour.plus(HOUR), by, page.getKey(), page.getValue())));
  }

  private static void put(
      Map<String, Object> rows, Instant start, Instant end, Instant by, String key, Object value) {
    if (!end.isAfter(by)) {
      rows.put(row(start, end, key), value);
    }
  }

  private static Instant hour(Instant time) {
    long millis = HOUR.toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(time.toEpochMilli(), millis) * millis);
  }
}
