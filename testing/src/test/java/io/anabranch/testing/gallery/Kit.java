/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.MaterializedView;
import io.anabranch.testing.Equivalence;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** The kit with its default budget, on events such as {@code k1=42} in four hours. */
final class Kit {
  private static final int EVENTS = 30;

  private Kit() {}

  static Equivalence<String> kit() {
    return Equivalence.<String>agreesInEveryArchitecture().given(Kit::events);
  }

  static List<TimestampedValue<String>> events(Random random) {
    List<TimestampedValue<String>> events = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      events.add(
          TimestampedValue.of(
              "k" + random.nextInt(3) + "=" + random.nextInt(100),
              Instant.parse("2026-03-01T10:00:00Z")
                  .plus(Duration.standardSeconds(random.nextInt(4 * 3600)))));
    }
    return events;
  }

  /** The message tells a schedule, a row, what was said of it, and the cause. */
  static void fails(MaterializedView<String, ?, ?> view, String... causes) {
    String message = message(view);
    for (String cause : causes) {
      assertThat(message, containsString(cause));
    }
    assertThat(
        message,
        allOf(
            containsString("does not, with seed("),
            containsString("EventScript.on("),
            containsString("reference: ")));
  }

  /** Returns what the kit says of a view that fails. */
  static String message(MaterializedView<String, ?, ?> view) {
    return assertThrows(AssertionError.class, () -> assertThat(view, kit())).getMessage();
  }
}
