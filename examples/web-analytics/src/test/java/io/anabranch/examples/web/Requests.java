/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.values.TimestampedValue;

/** Requests of a few visitors to a few pages within three hours. */
final class Requests {
  private static final Instant START = Instant.parse("2015-05-17T10:00:00Z");
  private static final int COUNT = 40;
  private static final List<String> PAGES = List.of("/", "/blog", "/blog?page=2", "/about");

  private Requests() {}

  static List<TimestampedValue<Request>> random(Random random) {
    List<TimestampedValue<Request>> requests = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      Instant time = START.plusSeconds(random.nextInt((int) Duration.ofHours(3).toSeconds()));
      Request request =
          new Request(
              "198.18.0." + (1 + random.nextInt(4)),
              time,
              "GET",
              PAGES.get(random.nextInt(PAGES.size())),
              random.nextInt(5) == 0 ? 404 : 200,
              random.nextInt(10_000),
              "agent");
      requests.add(
          TimestampedValue.of(request, org.joda.time.Instant.ofEpochMilli(time.toEpochMilli())));
    }
    return requests;
  }
}
