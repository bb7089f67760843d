/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.cli.demo.SampleTraffic;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebTrafficTest {
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final Duration SPAN = Duration.ofDays(2);
  private static final List<Arrival> ARRIVALS = new WebTraffic().arrivals(7, 50_000, START, SPAN);
  private static final List<Request> REQUESTS =
      ARRIVALS.stream()
          .filter(arrival -> !arrival.broken())
          .map(arrival -> Request.parse(arrival.line()))
          .toList();

  @Test
  void serviceLoaderFindsIt() {
    List<SampleTraffic> found =
        ServiceLoader.load(SampleTraffic.class).stream().map(ServiceLoader.Provider::get).toList();

    assertThat(found, hasSize(1));
    assertThat(found.get(0).application(), is((Object) WebAnalytics.class));
    assertThat(
        new WebAnalytics().views().stream().anyMatch(v -> v.name().equals("page-views")), is(true));
    assertThat(found.get(0).featuredView(), is("page-views"));
  }

  @Test
  void sameSeedMakesTheSameTraffic() {
    assertThat(new WebTraffic().arrivals(7, 50_000, START, SPAN), is(ARRIVALS));
    assertThat(new WebTraffic().arrivals(8, 50_000, START, SPAN), is(not(ARRIVALS)));
  }

  /** Random is specified to the bit, so this holds on every machine. */
  @Test
  void trafficOfASeedStaysAsItIs() {
    Arrival first = new WebTraffic().arrivals(1, 3, START, Duration.ofMinutes(10)).get(0);

    assertThat(
        first,
        is(
            new Arrival(
                Instant.parse("2026-03-01T00:08:13.643Z"),
                "198.19.23.10 - - [01/Mar/2026:00:08:13 +0000] \"GET /products/canvas-clock"
                    + " HTTP/1.1\" 206 28626 \"-\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
                    + " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\"",
                false)));
  }

  @Test
  void arrivalsAreInOrderAndWithinTheSpan() {
    Instant before = START;
    for (Arrival arrival : ARRIVALS) {
      assertThat(
          arrival.ingested(), allOf(greaterThanOrEqualTo(before), lessThan(START.plus(SPAN))));
      before = arrival.ingested();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "99, 0", "100, 1", "999, 1", "1000, 1", "2999, 2", "20000, 20"})
  void brokenLinesAreOneInAThousand(int count, int broken) {
    List<Arrival> arrivals = new WebTraffic().arrivals(3, count, START, Duration.ofHours(1));

    assertThat(arrivals, hasSize(count));
    assertThat(arrivals.stream().filter(Arrival::broken).count(), is((long) broken));
  }

  @Test
  void exactlyTheBrokenLinesFail() {
    List<Arrival> arrivals = new WebTraffic().arrivals(11, 200_000, START, SPAN);
    Set<String> errors = new HashSet<>();
    for (Arrival arrival : arrivals) {
      assertThat(arrival.line(), not(containsString("\n")));
      if (arrival.broken()) {
        IllegalArgumentException error =
            assertThrows(
                IllegalArgumentException.class,
                () -> Request.parse(arrival.line()),
                arrival.line());
        errors.add(error.getMessage());
      } else {
        Request.parse(arrival.line());
      }
    }

    assertThat("kinds of errors", errors.size(), greaterThanOrEqualTo(6));
  }

  @Test
  void oneInAHundredIsLateByHoursToDays() {
    int late = 0;
    for (Arrival arrival : ARRIVALS) {
      if (!arrival.broken()) {
        Duration delay = Duration.between(Request.parse(arrival.line()).time(), arrival.ingested());
        if (delay.compareTo(Duration.ofHours(1)) >= 0) {
          assertThat(delay, lessThan(Duration.ofDays(4).plusSeconds(1)));
          late++;
        } else {
          assertThat(
              delay, allOf(greaterThanOrEqualTo(Duration.ZERO), lessThan(Duration.ofSeconds(7))));
        }
      }
    }

    assertThat(late, is(ARRIVALS.size() / 100));
  }

  @Test
  void pagesFollowZipfsLaw() {
    List<Long> counts = counts(Request::page);

    assertThat("pages", counts.size(), allOf(greaterThan(200), lessThan(500)));
    assertThat("slope", slope(counts.subList(0, 100)), closeTo(-1.0, 0.15));
    assertThat("share of the first", counts.get(0) / (double) REQUESTS.size(), closeTo(0.15, 0.03));
  }

  @Test
  void visitorsComeBackWithTheSameAgent() {
    Map<String, Set<String>> agents = new HashMap<>();
    for (Request request : REQUESTS) {
      agents.computeIfAbsent(request.address(), a -> new HashSet<>()).add(request.agent());
    }
    List<Long> counts = counts(Request::address);

    assertThat(agents.values().stream().mapToInt(Set::size).max().getAsInt(), is(1));
    assertThat("visitors", counts.size(), allOf(greaterThan(1_500), lessThan(5_000)));
    assertThat("heavy", counts.get(0), greaterThan(200L));
    assertThat("light", counts.get(counts.size() * 9 / 10), lessThan(20L));
  }

  @Test
  void afternoonIsBusierThanNight() {
    Map<Integer, Long> hours =
        REQUESTS.stream()
            .collect(
                Collectors.groupingBy(
                    request -> request.time().atOffset(ZoneOffset.UTC).getHour(),
                    Collectors.counting()));

    assertThat(hours.get(15), greaterThan(3 * hours.get(3)));
  }

  @Test
  void statusesSizesAndQueriesAreMixed() {
    Map<String, Long> classes =
        REQUESTS.stream()
            .collect(Collectors.groupingBy(Request::statusClass, Collectors.counting()));
    double all = REQUESTS.size();

    assertThat(classes.keySet(), is(Set.of("2xx", "3xx", "4xx", "5xx")));
    assertThat(classes.get("2xx") / all, closeTo(0.87, 0.02));
    assertThat(share(request -> request.bytes() == 0), closeTo(0.08, 0.02));
    assertThat(share(request -> request.path().indexOf('?') > 0), closeTo(0.12, 0.05));
  }

  @Test
  void argumentsOutOfRangeAreRefused() {
    WebTraffic traffic = new WebTraffic();

    IllegalArgumentException count =
        assertThrows(IllegalArgumentException.class, () -> traffic.arrivals(1, 0, START, SPAN));
    IllegalArgumentException span =
        assertThrows(
            IllegalArgumentException.class, () -> traffic.arrivals(1, 1, START, Duration.ZERO));

    assertThat(count.getMessage(), is("count is 0: it must be 1 or more"));
    assertThat(span.getMessage(), is("span is PT0S: it must be 1 ms or longer"));
  }

  @Test
  void shortestSpanIsFilled() {
    List<Arrival> arrivals = new WebTraffic().arrivals(1, 1_000, START, Duration.ofMillis(1));

    assertThat(arrivals.get(999).ingested(), is(START));
  }

  private static double share(Function<Request, Boolean> property) {
    return REQUESTS.stream().filter(property::apply).count() / (double) REQUESTS.size();
  }

  /** Returns how often each value occurs, most frequent first. */
  private static List<Long> counts(Function<Request, String> property) {
    return REQUESTS.stream()
        .collect(Collectors.groupingBy(property, Collectors.counting()))
        .values()
        .stream()
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /** Fits a line through the logarithms of rank and count, and returns its slope. */
  private static double slope(List<Long> counts) {
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    int n = counts.size();
    for (int i = 0; i < n; i++) {
      double rank = Math.log(i + 1);
      double count = Math.log(counts.get(i));
      x += rank;
      y += count;
      xx += rank * rank;
      xy += rank * count;
    }
    return (n * xy - x * y) / (n * xx - x * x);
  }
}
