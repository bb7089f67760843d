/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.util.Random;

/**
 * Visitors that come back: a pool of addresses, each with an agent of its own, a few of them heavy
 * users. The addresses are of the ranges for tests and documentation, RFC 2544 and RFC 3849.
 */
final class SampleVisitors {
  private static final int ADDRESS_BITS = 17; // 198.18.0.0/15
  private static final String[] AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (compatible; SampleBot/2.1; +https://bot.example/about)",
    "curl/8.5.0",
    "FeedReader \\\"Morning\\\" 3.2",
    "-"
  };
  private static final int[] AGENTS_IN_100 = {34, 18, 10, 17, 13, 3, 2, 2, 1};

  private final Visitor[] visitors;
  private final Zipf activity;

  /** An address and its agent, as the log has it. */
  record Visitor(String address, String agent) {}

  SampleVisitors(int count, Random random) {
    int offset = random.nextInt(1 << ADDRESS_BITS);
    visitors = new Visitor[Math.min(count, 1 << ADDRESS_BITS)];
    for (int i = 0; i < visitors.length; i++) {
      int scattered = (i * 40_503 + offset) & ((1 << ADDRESS_BITS) - 1); // odd factor: all distinct
      visitors[i] = new Visitor(address(scattered), agent(random));
    }
    activity = new Zipf(visitors.length, 0.8);
  }

  Visitor next(Random random) {
    return visitors[activity.next(random)];
  }

  private static String address(int number) {
    if (number % 8 == 0) {
      return "2001:db8:%s::%s"
          .formatted(Integer.toHexString(number >> 8), Integer.toHexString(number & 255));
    }
    return "198." + (18 + (number >> 16)) + "." + (number >> 8 & 255) + "." + (number & 255);
  }

  private static String agent(Random random) {
    int left = random.nextInt(100);
    int i = 0;
    while (left >= AGENTS_IN_100[i]) {
      left -= AGENTS_IN_100[i++];
    }
    return AGENTS[i];
  }
}
