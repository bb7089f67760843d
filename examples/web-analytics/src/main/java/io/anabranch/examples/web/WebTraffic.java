/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import io.anabranch.api.Application;
import io.anabranch.cli.demo.SampleTraffic;
import io.anabranch.examples.web.SamplePages.Page;
import io.anabranch.examples.web.SampleVisitors.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A made-up access log that looks like a real one: visitors come back in sessions, more of them in
 * the afternoon (UTC) than at night, and a few pages get most of the requests (Zipf's law).
 *
 * <p>Of {@code n} records, {@code n / 100} are late by 1 hour to 4 days, {@code n / 1000} are
 * broken (at least one of 100 or more); the others arrive within 7 seconds of their event time,
 * which a log rounds down to full seconds.
 */
public final class WebTraffic implements SampleTraffic {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss '+0000'", Locale.US)
          .withZone(ZoneOffset.UTC);
  private static final double PAGES_IN_SESSION = 5;
  private static final double MILLIS_BETWEEN_PAGES = 25_000;
  private static final double MILLIS_OF_DELAY = 800;
  private static final double LONGEST_DELAY = 6_000;
  private static final double LEAST_LATE = Duration.ofHours(1).toMillis();
  private static final double MOST_LATE = Duration.ofDays(4).toMillis();
  private static final double DAY = Duration.ofDays(1).toMillis();
  private static final double WAVE = Duration.ofMinutes(13).toMillis();

  /** A request, {@code at} milliseconds after the first ingestion time. */
  private record Hit(long at, Visitor visitor, Page page, String referer) {}

  private enum Fate {
    IN_TIME,
    LATE,
    BROKEN
  }

  @Override
  public Class<? extends Application<?>> application() {
    return WebAnalytics.class;
  }

  @Override
  public String featuredView() {
    return "page-views";
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code count} is below 1 or {@code span} below 1 ms
   */
  @Override
  public List<Arrival> arrivals(long seed, int count, Instant start, Duration span) {
    if (count < 1) {
      throw new IllegalArgumentException("count is " + count + ": it must be 1 or more");
    }
    if (span.toMillis() < 1) {
      throw new IllegalArgumentException("span is " + span + ": it must be 1 ms or longer");
    }
    Random random = new Random(seed);
    List<Hit> hits = hits(random, count, start, span);
    Fate[] fates = fates(random, count);
    List<Arrival> arrivals = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Hit hit = hits.get(i);
      Instant ingested = start.plusMillis(hit.at());
      String line = line(random, hit, ingested.minusMillis(delay(random, fates[i])));
      boolean broken = fates[i] == Fate.BROKEN;
      arrivals.add(new Arrival(ingested, broken ? BrokenLine.of(line, random) : line, broken));
    }
    return arrivals;
  }

  private static List<Hit> hits(Random random, int count, Instant start, Duration span) {
    SamplePages pages = new SamplePages(random);
    SampleVisitors visitors = new SampleVisitors(10 + count / 15, random);
    List<Hit> hits = new ArrayList<>(count);
    while (hits.size() < count) {
      long at = sessionStart(random, start.toEpochMilli(), span.toMillis());
      Visitor visitor = visitors.next(random);
      String referer = random.nextInt(3) == 0 ? "https://search.example/" : "-";
      do {
        Page page = pages.next(random);
        hits.add(new Hit(at, visitor, page, referer));
        referer = "https://shop.example" + page.path();
        at += 500 + (long) exponential(random, MILLIS_BETWEEN_PAGES);
      } while (at < span.toMillis()
          && hits.size() < count
          && random.nextDouble() > 1 / PAGES_IN_SESSION);
    }
    hits.sort(Comparator.comparingLong(Hit::at));
    return hits;
  }

  /** Draws times until one is accepted in proportion to how busy it is at that time. */
  private static long sessionStart(Random random, long start, long span) {
    while (true) {
      long at = (long) (random.nextDouble() * span);
      double time = start + (double) at;
      double day =
          0.6 + 0.4 * StrictMath.sin(2 * Math.PI * (time / DAY - 9 / 24.0)); // most at 15 h
      double wave = 1 + 0.25 * StrictMath.sin(2 * Math.PI * time / WAVE);
      if (random.nextDouble() * 1.25 < day * wave) {
        return at;
      }
    }
  }

  /** Chooses which records are late and which are broken: exact numbers at random places. */
  private static Fate[] fates(Random random, int count) {
    Fate[] fates = new Fate[count];
    Arrays.fill(fates, Fate.IN_TIME);
    choose(random, fates, Fate.LATE, count / 100);
    choose(random, fates, Fate.BROKEN, count >= 100 ? Math.max(1, count / 1_000) : 0);
    return fates;
  }

  private static void choose(Random random, Fate[] fates, Fate fate, int number) {
    int left = number;
    while (left > 0) {
      int i = random.nextInt(fates.length);
      if (fates[i] == Fate.IN_TIME) {
        fates[i] = fate;
        left--;
      }
    }
  }

  private static long delay(Random random, Fate fate) {
    if (fate == Fate.LATE) { // as many between 1 and 2 hours as between 1 and 2 days
      return (long) (LEAST_LATE * StrictMath.pow(MOST_LATE / LEAST_LATE, random.nextDouble()));
    }
    return (long) Math.min(LONGEST_DELAY, exponential(random, MILLIS_OF_DELAY));
  }

  private static double exponential(Random random, double mean) {
    return -mean * StrictMath.log(1 - random.nextDouble());
  }

  private static String line(Random random, Hit hit, Instant time) {
    String target = SamplePages.target(hit.page(), random);
    int draw = random.nextInt(1_000);
    String method = draw % 100 == 7 ? "HEAD" : "GET";
    int status = status(draw);
    String bytes = Integer.toString((int) (hit.page().size() * (0.9 + 0.2 * random.nextDouble())));
    if (status == 200 && hit.page().path().equals("/login")) {
      method = "POST";
    } else if (status == 404) {
      target = SamplePages.missing(random);
    }
    if (status == 304 || method.equals("HEAD")) {
      bytes = "-";
    } else if (status >= 300) {
      bytes = Integer.toString(150 + status % 100);
    }
    return hit.visitor().address()
        + (draw % 200 == 3 ? " - editor [" : " - - [")
        + TIME.format(time)
        + "] \""
        + (method + " " + target + " HTTP/1.1\" ")
        + (status + " " + bytes + " \"")
        + (hit.referer() + "\" \"" + hit.visitor().agent() + "\"");
  }

  private static int status(int draw) {
    if (draw < 860) {
      return 200;
    } else if (draw < 935) {
      return 304;
    } else if (draw < 950) {
      return 301;
    } else if (draw < 980) {
      return 404;
    } else if (draw < 988) {
      return 206;
    } else if (draw < 993) {
      return 403;
    }
    return draw < 997 ? 500 : 503;
  }
}
