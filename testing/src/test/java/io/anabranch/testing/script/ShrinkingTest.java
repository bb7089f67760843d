/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

final class ShrinkingTest {
  private static final List<TimestampedValue<String>> EVENTS =
      IntStream.range(0, 30)
          .mapToObj(
              i ->
                  TimestampedValue.of(
                      "e" + i,
                      Instant.parse("2026-03-01T10:00:00Z")
                          .plus(org.joda.time.Duration.standardMinutes(i))))
          .toList();

  @Test
  void whatIsLeftIsNeeded() {
    for (long seed = 1; seed <= 20; seed++) {
      EventScript<String> script =
          Schedules.random(Copies.one(EVENTS), Optional.empty(), 2, new Random(seed).nextLong());

      EventScript<String> smallest =
          Shrinking.of(script, ShrinkingTest::hasTwoAndARun, Duration.ofSeconds(10));

      assertThat("seed " + seed, hasTwoAndARun(smallest), is(true));
      assertThat("seed " + seed + "\n" + smallest, smallest.arrivals().size(), is(2));
      assertThat(
          "seed " + seed + "\n" + smallest,
          smallest.steps().stream().filter(step -> !(step instanceof Step.Append)).count(),
          is(1L));
    }
  }

  @Test
  void withoutTimeItIsLeftAsItIs() {
    EventScript<String> script = Schedules.random(Copies.one(EVENTS), Optional.empty(), 2, 1);

    assertThat(Shrinking.of(script, each -> true, Duration.ZERO), is(script));
  }

  private static boolean hasTwoAndARun(EventScript<String> script) {
    List<String> arrived = script.arrivals().stream().map(TimestampedValue::getValue).toList();
    boolean computed = script.steps().stream().anyMatch(Step.Run.class::isInstance);
    return computed && arrived.contains("e3") && arrived.contains("e17");
  }
}
