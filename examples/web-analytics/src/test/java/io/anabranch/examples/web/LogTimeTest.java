/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogTimeTest {
  private static final long SEED = 31;

  @Test
  void randomTimesAreReadAsTheFormatterWritesThem() {
    Random random = new Random(SEED);
    long years = 3000L * 365 * 86_400;
    for (int i = 0; i < 100_000; i++) {
      Instant time = Instant.ofEpochSecond((long) ((random.nextDouble() - 0.6) * years));
      int minutes = random.nextInt(2 * 18 * 60 + 1) - 18 * 60;
      String text =
          time.atOffset(ZoneOffset.ofTotalSeconds(60 * minutes)).format(ReferenceParser.TIME);

      assertThat("seed " + SEED + ": " + text, LogTime.parse(text, 0), is(time));
    }
  }

  @Test
  void textsAreRefusedThatTheFormatterRefuses() {
    Random random = new Random(SEED);
    String alphabet = "0123456789/:+- JanFeb";
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder("28/Feb/2024:23:59:59 +1759");
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        text.setCharAt(
            random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
      }

      assertThat(
          "seed " + SEED + ": " + text, parsed(text.toString()), is(reference(text.toString())));
    }
  }

  private static Optional<Instant> parsed(String text) {
    try {
      return Optional.of(LogTime.parse(text, 0));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> reference(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text, ReferenceParser.TIME).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
